#pragma once

#include "simruns/config.hpp"
#include "simruns/query/resource.hpp"
#include "simruns/walk/batch_witness.hpp"
#include "simruns/walk/sequence_range.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace simruns {

/// Whether a walk gave its caller every run of its batch.
enum class walk_verdict {
  complete,    ///< The end was reached, and every run that an unmoved `total` counts, one or more,
               ///< was handed over.
  unverified,  ///< The end, or `max_runs`, was reached, but nothing proves that no run is missing.
  incomplete,  ///< The end was not reached, or fewer runs came than the first and the last `total`
               ///< agree on.
};

/// How the pages of a walk were asked for.
enum class walk_kind {
  cursor,     ///< One after another, each by the cursor of the page before it.
  backward,   ///< One after another, each by the cursor that leads back.
  windows,    ///< By their numbers, several at a time.
  restarted,  ///< By their numbers until there was a doubt, then by cursor from the start.
};

constexpr std::string_view to_string(walk_verdict v) noexcept {
  switch (v) {
    case walk_verdict::complete:
      return "complete";
    case walk_verdict::unverified:
      return "unverified";
    case walk_verdict::incomplete:
      return "incomplete";
  }
  return "incomplete";
}

constexpr std::string_view to_string(walk_kind k) noexcept {
  switch (k) {
    case walk_kind::cursor:
      return "cursor";
    case walk_kind::backward:
      return "backward";
    case walk_kind::windows:
      return "windows";
    case walk_kind::restarted:
      return "restarted";
  }
  return "cursor";
}

/// What a walk has had, beside what the server said there is. A snapshot. Where the walk is over
/// scenarios or batches, all that is said of runs is said of them.
struct completeness {
  resource of = resource::runs;  ///< What is counted.

  /// Runs that came, each counted once. Those of the page in hand are among them.
  std::int64_t received = 0;

  /// Runs of `received` that reached the caller. A walk whose caller missed one is never complete.
  std::int64_t handed = 0;

  /// Runs of `received` that are in hand, and that the caller has not asked for yet. What is
  /// neither handed nor waiting was taken by an operation whose result was dropped.
  std::int64_t waiting = 0;

  /// Runs of `received` without an id. Two of them may be the same run.
  std::int64_t unnamed = 0;

  /// Runs of `received` that name another batch than the first run does. A walk that has one is
  /// never complete.
  std::int64_t foreign = 0;

  /// Runs that were left out as no JSON, each counted once: see `run_query::skip_bad_runs`. They
  /// are not among `received`. A walk that has one is never complete.
  std::int64_t bad = 0;

  std::int64_t duplicates = 0;              ///< Runs that came again and were dropped.
  std::optional<std::int64_t> total_first;  ///< The `total` of the first page.
  std::optional<std::int64_t> total_last;   ///< The `total` of the latest page.
  bool total_moved = false;                 ///< Two pages had different ones, in whatever order.

  /// How many numbers from 1 to `highest_sequence` no run had. Empty where that says nothing: in a
  /// walk with a filter, an endpoint type or a start of its own, and where a run had no number.
  std::optional<std::int64_t> missing;
  std::vector<sequence_range> gaps;   ///< The first of the missing numbers, at most 16 ranges.
  std::int64_t highest_sequence = 0;  ///< Zero where `missing` is empty.

  std::uint64_t pages = 0;     ///< Pages that came, useless ones included.
  std::uint64_t requests = 0;  ///< Attempts that were sent, retries included.
  walk_kind walk = walk_kind::cursor;
  std::string doubt;         ///< Why the walk was restarted; empty if it was not.
  bool reached_end = false;  ///< The server said that there is no further page.
  bool partial = false;      ///< The walk started past the first run, by `skip` or `start_at`.
  bool limited = false;      ///< The walk was ended by `max_runs` before the server's end.
  bool guessed = false;      ///< The server gave no cursor where one was due.
  bool filtered = false;     ///< A filter, an endpoint type or a status chose the runs.

  /// What the batch says of itself. Empty: it was not asked.
  std::optional<batch_witness> witness;

  /// Sets `missing`, `gaps` and `highest_sequence` for runs with these numbers, each 1 or more.
  void number(std::span<std::int64_t const> sequences);

  /// Requests that brought no page: they were retried, failed or were cancelled.
  std::uint64_t retries() const noexcept { return requests - pages; }

  /// Whether the batch has no runs, as far as the server says. It has none either where a reference
  /// is mistyped, so such a walk is complete only where a witness counts none, too.
  bool empty() const noexcept;

  /// Runs that were taken and never reached the caller, as where `a.next() || b.next()` drops one.
  std::int64_t dropped() const noexcept { return received - handed - waiting; }

  /// Runs that the batch counts as settled and that did not come, as where they have expired. Zero
  /// without a witness, and where the walk was not over all runs.
  std::int64_t fewer_than_counted() const noexcept;

  walk_verdict verdict() const noexcept;

  /// The verdict without the witness.
  walk_verdict walk_verdict_alone() const noexcept;
};

/// The missing sequence numbers, for people: `17, 40-41`. Empty if there are none.
std::string missing_text(completeness const& c);

/// One line for people: `200 of 200 runs, complete, sequence 1-200, no gap, no duplicate, 2
/// requests`.
std::string to_string(completeness const& c);

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/walk/impl/completeness.ipp"
#endif
