#pragma once

#include "simruns/walk/sequence_set.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simruns {

/// Whether a walk got every run of its batch.
enum class walk_verdict {
  complete,    ///< The end was reached, as many ids came as an unmoved `total` counts, no gap.
  unverified,  ///< The end, or `max_runs`, was reached; nothing proves that it was all.
  incomplete,  ///< The end was not reached, or fewer runs came than an unmoved `total` counts.
};

/// How the pages of a walk were asked for.
enum class walk_kind {
  cursor,     ///< One after another, each by the cursor of the one before.
  backward,   ///< So, by the cursors that lead back.
  windows,    ///< By their numbers, several at a time.
  restarted,  ///< By their numbers, until there was a doubt; then by cursor, from the start.
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

/// What a walk got, of what the server said there is. A snapshot.
struct completeness {
  std::int64_t received = 0;                ///< Runs, each counted once.
  std::int64_t unnamed = 0;                 ///< Of these, runs without an id: may be one run twice.
  std::int64_t duplicates = 0;              ///< Runs that came again, and were dropped.
  std::optional<std::int64_t> total_first;  ///< `total` of the first page.
  std::optional<std::int64_t> total_last;   ///< `total` of the latest page.

  /// Numbers from 1 to `highest_sequence` that no run had. Empty where that says nothing: of a walk
  /// with a filter, an endpoint type or a start of its own, or if a run had no number.
  std::optional<std::int64_t> missing;
  std::vector<sequence_range> gaps;   ///< The first of the missing ones, 16 ranges at the most.
  std::int64_t highest_sequence = 0;  ///< 0 where `missing` is empty.

  std::uint64_t pages = 0;     ///< That came, those of no use among them.
  std::uint64_t requests = 0;  ///< Attempts, retries among them.
  walk_kind walk = walk_kind::cursor;
  std::string doubt;         ///< Why a walk was restarted.
  bool reached_end = false;  ///< The server said that there is no further page.
  bool partial = false;      ///< Started past the first run, by `skip` or a start of its own.
  bool limited = false;      ///< Ended by `max_runs`, before the end.
  bool guessed = false;      ///< The server gave no cursor where one was due.
  bool filtered = false;     ///< Of the runs that a filter or an endpoint type leaves.

  /// Says what is missing of the runs with these numbers.
  void number(sequence_set const& numbers) {
    static constexpr std::size_t most_gaps = 16;
    missing = numbers.missing();
    gaps = numbers.gaps(most_gaps);
    highest_sequence = numbers.highest();
  }

  /// Requests that brought no page: retried, failed or cancelled.
  std::uint64_t retries() const noexcept { return requests - pages; }

  walk_verdict verdict() const noexcept {
    if (limited) return walk_verdict::unverified;
    if (!reached_end) return walk_verdict::incomplete;
    bool const unmoved = total_first.has_value() && total_first == total_last;
    if (partial || guessed || !unmoved) return walk_verdict::unverified;
    if (received < *total_last) return walk_verdict::incomplete;
    bool const counted = received == *total_last && unnamed == 0;
    bool const proven = counted && missing.value_or(0) == 0;
    return proven ? walk_verdict::complete : walk_verdict::unverified;
  }
};

/// The missing sequence numbers, for people: `17, 40-41`; empty if there are none.
std::string missing_text(completeness const& c);

/// One line for people: `200 of 200 runs, complete, sequence 1-200, no gap, no duplicate, 2
/// requests`.
std::string to_string(completeness const& c);

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/walk/impl/completeness.ipp"
#endif
