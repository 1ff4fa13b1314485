#pragma once

#include "simruns/error.hpp"
#include "simruns/page/page.hpp"
#include "simruns/query/run_query.hpp"
#include "simruns/walk/completeness.hpp"
#include "simruns/walk/run_tally.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace simruns {

namespace detail {

/// Why `query` cannot start where it says, if so.
inline std::optional<request_failure> wrong_start(run_query const& query) {
  if (!query.start()) return std::nullopt;
  request_failure out;
  out.code = errc::invalid_argument;
  out.field = "start_at";
  if (query.start()->digest != 0 && query.start()->digest != query.digest()) {
    out.message =
        "the position belongs to another query; start with the same batch, sort, filter "
        "and page size as it was made with";
  } else if (query.skip() != 0) {
    out.message = "skip is given beside start_at, which says where to start; leave one out";
  } else if (query.walk() == walk_mode::windows) {
    out.message =
        "walk is windows, which number the pages from the first; leave out start_at, or "
        "walk by cursor";
  } else {
    return std::nullopt;
  }
  return out;
}

}  // namespace detail

/// Decides which page follows which, and when a walk has ended. No clock, no socket:
///
///     for (page_cursor cursor{query}; !cursor.done();) {
///       page got = ... cursor.next() ...;
///       use(cursor.accept(got, 1));
///     }
///     if (cursor.failure()) ...
///
/// Ends only on `hasNext == false`; goes on over short pages and up to three empty ones in a row.
/// A cursor that was there before, or a page whose runs were all there before, is
/// `errc::pagination`: the walk would not end.
///
/// A walk that starts at a `previous` cursor goes backward: each page from its last run to its
/// first, to the page that says `hasPrevious == false`; the exact reverse of the way forward.
class page_cursor {
 public:
  explicit page_cursor(run_query const& query,
                       std::uint64_t max_pages = std::numeric_limits<std::uint64_t>::max());

  /// A walk from the start, beside what `had` counts: that is neither yielded nor counted again.
  page_cursor(run_query const& query, std::uint64_t max_pages, run_tally had);

  /// The query as it is to be sent: its page is no larger than `max_runs`, unless it goes on from a
  /// position.
  run_query const& query() const noexcept { return query_; }

  /// Where the next page starts. Requires: `!done()`.
  page_start const& next() const noexcept { return next_; }

  /// No further page is to be asked for: at the end, or because of `failure()`.
  bool done() const noexcept { return done_; }

  /// Why the walk ended short, if it did: for after the last run that could be had.
  std::optional<request_failure> const& failure() const noexcept { return failure_; }

  /// Takes the page that `next()` named, which cost `requests`; gives what of it is new.
  page accept(page const& got, int requests);

  simruns::completeness const& completeness() const noexcept { return tally_.state(); }

  /// What was had so far.
  run_tally& tally() noexcept { return tally_; }
  run_tally const& tally() const noexcept { return tally_; }

  /// Ends the walk with all that there is: says so, or why that is not enough.
  void end();

 private:
  void advance(page const& got, bool repeated);
  void go_to(std::string_view cursor);
  void go_without_cursor(bool promised);
  void end_limited(bool at_end);
  void fail(errc code, std::string message);

  static constexpr int max_empty_pages = 3;

  run_query query_;
  std::uint64_t max_pages_;
  page_start next_;
  run_tally tally_;
  bool backward_ = false;
  bool first_ = true;
  std::uint64_t pages_ = 0;
  std::set<std::string, std::less<>> cursors_;
  std::int64_t rows_ = 0;  ///< Runs of all pages, duplicates among them: what `skip` counts.
  int empty_pages_ = 0;
  bool done_ = false;
  std::optional<request_failure> failure_;
};

inline page_cursor::page_cursor(run_query const& query, std::uint64_t max_pages)
    : page_cursor(query, max_pages, run_tally(query)) {}

inline page_cursor::page_cursor(run_query const& query, std::uint64_t max_pages, run_tally had)
    : query_(query), max_pages_(max_pages), tally_(std::move(had)) {
  if (auto wrong = detail::wrong_start(query)) throw request_error(*std::move(wrong));
  // A smaller page would no longer hold the run that a position names.
  bool const may_shrink = query.max_runs().has_value() && !query.start();
  if (may_shrink && *query.max_runs() < query.page_size()) {
    query_.page_size(static_cast<int>(*query.max_runs()));
  }
  next_ = query.start() ? query.start()->page : page_start::at_skip(query.skip());
  if (next_.by != page_start::kind::skip) cursors_.insert(next_.cursor);
  backward_ = next_.by == page_start::kind::previous;
  if (backward_) tally_.state().walk = walk_kind::backward;
}

inline page page_cursor::accept(page const& got, int requests) {
  tally_.count(got, requests);
  auto const before = tally_.seen();
  bool const resumed = first_ && query_.start().has_value();
  first_ = false;
  auto const had = resumed ? detail::resume_index(*query_.start(), got) : 0;
  page const fresh = tally_.only_new(got, had, backward_);
  rows_ += static_cast<std::int64_t>(got.size());
  advance(got, !got.empty() && tally_.seen() == before && !resumed);
  return fresh;
}

inline void page_cursor::advance(page const& got, bool repeated) {
  auto const& paging = got.pagination();
  auto const& more = backward_ ? paging.has_previous : paging.has_next;
  auto const& cursor = backward_ ? paging.previous : paging.next;
  if (tally_.limit_reached()) return end_limited(more.has_value() && !*more && !tally_.cut());
  if (repeated)
    return fail(errc::pagination, "a page came twice: the server's cursors go in a circle");
  empty_pages_ = got.empty() ? empty_pages_ + 1 : 0;
  if (more && !*more) return end();
  if (empty_pages_ > max_empty_pages) {
    return fail(errc::pagination, "four empty pages in a row, each with a next one");
  }
  if (++pages_ >= max_pages_) {
    return fail(errc::too_large, "more than " + std::to_string(max_pages_) + " pages (max_pages)");
  }
  if (cursor && !cursor->empty()) return go_to(*cursor);
  go_without_cursor(more.has_value());
}

inline void page_cursor::go_to(std::string_view cursor) {
  if (!cursors_.emplace(cursor).second) {
    return fail(errc::pagination, "a cursor came twice: the server's cursors go in a circle");
  }
  next_ = backward_ ? page_start::at_previous(std::string(cursor))
                    : page_start::at_next(std::string(cursor));
}

/// The server says nothing of a further page, or promises one without a cursor to it.
inline void page_cursor::go_without_cursor(bool promised) {
  auto const& start = query_.start();
  auto& state = tally_.state();
  auto const from = start ? start->page.skip : query_.skip();
  bool const counted = !start || start->page.by == page_start::kind::skip;
  bool const countable = counted && state.total_last.has_value() &&
                         from <= std::numeric_limits<std::int64_t>::max() - rows_;
  auto const so_far = countable ? from + rows_ : 0;
  state.guessed = true;
  if (countable && so_far < *state.total_last) {
    next_ = page_start::at_skip(so_far);
  } else if (countable && !promised) {
    end();
  } else {
    fail(errc::incomplete, "a further page is promised, but no cursor leads to it");
  }
}

/// As many runs as were wanted are no walk that ended short, whatever `total` counts.
inline void page_cursor::end_limited(bool at_end) {
  auto& state = tally_.state();
  done_ = true;
  state.reached_end = at_end;
  state.limited = !at_end || state.verdict() == walk_verdict::incomplete;
}

inline void page_cursor::end() {
  auto& state = tally_.state();
  done_ = true;
  state.reached_end = true;
  if (query_.allow_incomplete() || state.verdict() != walk_verdict::incomplete) return;
  auto const missing = missing_text(state);
  fail(errc::incomplete, "the walk ended after " + std::to_string(state.received) + " of " +
                             std::to_string(*state.total_last) + " runs" +
                             (missing.empty() ? "" : "; missing: sequence " + missing));
}

inline void page_cursor::fail(errc code, std::string message) {
  done_ = true;
  bool const quiet = query_.allow_incomplete() && error_code(code) == condition::incomplete;
  if (quiet) return;
  failure_.emplace();
  failure_->code = code;
  failure_->message = std::move(message);
}

}  // namespace simruns
