#pragma once

#include "simruns/error.hpp"
#include "simruns/page/page.hpp"
#include "simruns/query/run_query.hpp"
#include "simruns/runs/completeness.hpp"
#include "simruns/runs/id_set.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace simruns {

namespace detail {

/// Why `query` cannot start where it says, if so.
inline std::optional<request_failure> wrong_start(run_query const& query) {
  if (!query.start()) return std::nullopt;
  bool const foreign = query.start()->digest != 0 && query.start()->digest != query.digest();
  if (!foreign && query.skip() == 0) return std::nullopt;
  request_failure out;
  out.code = errc::invalid_argument;
  out.message = foreign ? "the position belongs to another query; start with the same batch, sort, "
                          "filter and page size as it was made with"
                        : "skip is given beside start_at, which says where to start; leave one out";
  return out;
}

/// Where in its page a position goes on: after the run that was yielded last, wherever that stands
/// now; from the start of the page if it is no longer there.
inline std::size_t resume_index(position const& start, page const& got) {
  if (start.last_id.empty()) return std::min<std::size_t>(start.offset, got.size());
  for (std::size_t i = got.size(); i > 0; --i) {
    if (got[i - 1].id == start.last_id) return i;
  }
  return 0;
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
class page_cursor {
 public:
  explicit page_cursor(run_query const& query,
                       std::uint64_t max_pages = std::numeric_limits<std::uint64_t>::max());

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

  /// Counts the requests of a page that did not come.
  void count_failed(int requests) noexcept {
    tally_.requests += static_cast<std::uint64_t>(requests);
  }

  simruns::completeness const& completeness() const noexcept { return tally_; }

 private:
  page only_new(page const& got);
  void advance(page const& got, bool repeated);
  void go_to(std::string_view cursor);
  void go_without_cursor(bool promised);
  void end();
  void fail(errc code, std::string message);
  bool limit_reached() const noexcept {
    return query_.max_runs() && tally_.received >= *query_.max_runs();
  }

  static constexpr int max_empty_pages = 3;

  run_query query_;
  std::uint64_t max_pages_;
  page_start next_;
  simruns::completeness tally_;
  id_set ids_;
  std::set<std::string, std::less<>> cursors_;
  std::int64_t rows_ = 0;  ///< Runs of all pages, duplicates among them: what `skip` counts.
  int empty_pages_ = 0;
  bool done_ = false;
  std::optional<request_failure> failure_;
};

inline page_cursor::page_cursor(run_query const& query, std::uint64_t max_pages)
    : query_(query), max_pages_(max_pages) {
  if (auto wrong = detail::wrong_start(query)) throw request_error(*std::move(wrong));
  // A smaller page would no longer hold the run that a position names.
  bool const may_shrink = query.max_runs().has_value() && !query.start();
  if (may_shrink && *query.max_runs() < query.page_size()) {
    query_.page_size(static_cast<int>(*query.max_runs()));
  }
  next_ = query.start() ? query.start()->page : page_start::at_skip(query.skip());
  if (next_.by == page_start::kind::next) cursors_.insert(next_.cursor);
  tally_.partial = query.start().has_value() || query.skip() > 0;
}

inline page page_cursor::accept(page const& got, int requests) {
  ++tally_.pages;
  tally_.requests += static_cast<std::uint64_t>(requests);
  auto const& paging = got.pagination();
  if (paging.total) {
    if (!tally_.total_first) tally_.total_first = *paging.total;
    tally_.total_last = *paging.total;
  }
  auto const before = tally_.received;
  page const fresh = only_new(got);
  rows_ += static_cast<std::int64_t>(got.size());
  bool const resumed = tally_.pages == 1 && query_.start().has_value();
  advance(got, !got.empty() && tally_.received == before && !resumed);
  return fresh;
}

inline page page_cursor::only_new(page const& got) {
  std::vector<std::size_t> kept;
  std::size_t first = 0;
  if (tally_.pages == 1 && query_.start()) first = detail::resume_index(*query_.start(), got);
  for (std::size_t i = 0; i < got.size(); ++i) {
    auto const id = got[i].id;
    bool const is_new = id.empty() || ids_.insert(id);
    if (i < first) continue;
    if (!is_new) {
      ++tally_.duplicates;
    } else if (!limit_reached()) {
      ++tally_.received;
      kept.push_back(i);
    }
  }
  return kept.size() == got.size() ? got : got.select(kept);
}

inline void page_cursor::advance(page const& got, bool repeated) {
  if (limit_reached()) {
    done_ = true;
    tally_.reached_end =
        got.pagination().has_next.state() == presence::present && !*got.pagination().has_next;
    tally_.limited = !tally_.reached_end;
    return;
  }
  if (repeated)
    return fail(errc::pagination, "a page came twice: the server's cursors go in a circle");
  empty_pages_ = got.empty() ? empty_pages_ + 1 : 0;
  auto const& paging = got.pagination();
  bool const has_cursor = paging.next && !paging.next->empty();
  if (paging.has_next && !*paging.has_next) return end();
  if (empty_pages_ > max_empty_pages) {
    return fail(errc::pagination, "four empty pages in a row, each with a next one");
  }
  if (tally_.pages >= max_pages_) {
    return fail(errc::too_large, "more than " + std::to_string(max_pages_) + " pages (max_pages)");
  }
  if (has_cursor) return go_to(*paging.next);
  go_without_cursor(paging.has_next.has_value());
}

inline void page_cursor::go_to(std::string_view cursor) {
  if (!cursors_.emplace(cursor).second) {
    return fail(errc::pagination, "a cursor came twice: the server's cursors go in a circle");
  }
  next_ = page_start::at_next(std::string(cursor));
}

/// The server says nothing of a further page, or promises one without a cursor to it.
inline void page_cursor::go_without_cursor(bool promised) {
  auto const& start = query_.start();
  auto const from = start ? start->page.skip : query_.skip();
  bool const counted = !start || start->page.by == page_start::kind::skip;
  bool const countable = counted && tally_.total_last.has_value() &&
                         from <= std::numeric_limits<std::int64_t>::max() - rows_;
  auto const so_far = countable ? from + rows_ : 0;
  tally_.guessed = true;
  if (countable && so_far < *tally_.total_last) {
    next_ = page_start::at_skip(so_far);
  } else if (countable && !promised) {
    end();
  } else {
    fail(errc::incomplete, "a further page is promised, but no cursor leads to it");
  }
}

inline void page_cursor::end() {
  done_ = true;
  tally_.reached_end = true;
  if (query_.allow_incomplete() || tally_.verdict() != walk_verdict::incomplete) return;
  fail(errc::incomplete, "the walk ended after " + std::to_string(tally_.received) + " of " +
                             std::to_string(*tally_.total_last) + " runs");
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
