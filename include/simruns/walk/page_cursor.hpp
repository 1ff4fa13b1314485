#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/page/page.hpp"
#include "simruns/query/list_query.hpp"
#include "simruns/query/position.hpp"
#include "simruns/query/run_query.hpp"
#include "simruns/walk/completeness.hpp"
#include "simruns/walk/detail/run_tally.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace simruns {

/// Decides which page of a batch follows which, and when the walk has ended. It has no clock and no
/// socket, so it serves a program that fetches pages in a way of its own:
///
///     for (simruns::page_cursor cursor{query}; !cursor.done();) {
///       simruns::page const latest = fetch(cursor.query(), cursor.next());
///       use(cursor.accept(latest, 1));
///       if (cursor.failure()) throw simruns::request_error(*cursor.failure());
///     }
///
/// The walk ends only where `hasNext` is false; it goes on over short pages, and over up to three
/// empty pages in a row. A cursor that came before, or a page whose runs all came before, is
/// `errc::pagination`, as the walk would not end; a cursor of more than 8 KiB is `errc::too_large`.
///
/// A walk that starts at a `previous` cursor goes backward. It yields each page from its last run
/// to its first, up to the page whose `hasPrevious` is false. That is the exact reverse of the way
/// forward.
class page_cursor {
 public:
  /// Throws: request_error (invalid_argument) if `query` cannot start where it says.
  explicit page_cursor(list_query const& query,
                       std::uint64_t max_pages = std::numeric_limits<std::uint64_t>::max());

  /// The query as it is to be sent. Its page is no larger than `max_runs`, unless the walk goes on
  /// from a position.
  list_query const& query() const noexcept { return query_; }

  /// Where the next page starts. Requires: `!done()`.
  page_start const& next() const noexcept { return next_; }

  /// Whether the walk is over, at its end or because of `failure()`: no further page is wanted.
  bool done() const noexcept { return done_; }

  /// Why the walk ended short; empty if it did not. It is for after the last run that could be had.
  std::optional<request_failure> const& failure() const noexcept { return failure_; }

  /// Takes the page that `next()` named and that cost `requests`. Gives the page with only its new
  /// runs, in the order of the walk. They count as handed to the caller.
  page accept(page const& latest, int requests);

  /// What the walk has had so far.
  simruns::completeness const& completeness() const noexcept { return tally_.state(); }

 private:
  /// A walk by windows counts its pages here, and may become a walk by cursor.
  friend class walk_plan;
  /// The polls of a batch are walks of one batch.
  friend class follow_plan;

  /// A walk from the start beside what `had` counts, which is neither yielded nor counted again.
  page_cursor(list_query const& query, std::uint64_t max_pages, detail::run_tally had);

  /// Ends the walk with all that there is, or says why that is not enough.
  void end();

  void advance(page const& latest, bool repeated);
  void go_to(std::string_view cursor);
  void go_without_cursor(page const& latest);
  std::string what_is_missing(page const& latest) const;
  void end_limited(bool at_end);
  void fail(errc code, std::string message);

  static constexpr int max_empty_pages = 3;

  list_query query_;
  std::uint64_t max_pages_;
  page_start next_;
  detail::run_tally tally_;
  bool backward_ = false;
  bool first_ = true;
  std::uint64_t pages_ = 0;
  std::set<std::uint64_t> cursors_;  ///< Digests of those that came: a server chooses their size.
  /// Runs of all pages, duplicates and bad ones included: this is what `skip` counts.
  std::int64_t rows_ = 0;
  int empty_pages_ = 0;
  bool done_ = false;
  std::optional<request_failure> failure_;
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/walk/impl/page_cursor.ipp"
#endif
