#pragma once

#include "simruns/config.hpp"
#include "simruns/text/spread_hash.hpp"
#include "simruns/walk/page_cursor.hpp"
#include "simruns/walk/resume.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace simruns {

SIMRUNS_INLINE page_cursor::page_cursor(list_query const& query, std::uint64_t max_pages)
    : page_cursor(query, max_pages, detail::run_tally(query)) {}

SIMRUNS_INLINE page_cursor::page_cursor(list_query const& query, std::uint64_t max_pages,
                                        detail::run_tally had)
    : query_(query), max_pages_(max_pages), tally_(std::move(had)) {
  if (auto wrong = wrong_start(query)) throw request_error(*std::move(wrong));
  // A smaller page would no longer hold the run that a position names.
  bool const may_shrink = query.max_items().has_value() && !query.start();
  if (may_shrink && *query.max_items() < query.page_size()) {
    query_ = query_.with_page_size(static_cast<int>(*query.max_items()));
  }
  next_ = query.start() ? query.start()->page : page_start::at_skip(query.skip());
  if (next_.by != page_start::kind::skip) cursors_.insert(detail::spread_hash{}(next_.cursor));
  backward_ = next_.by == page_start::kind::previous;
  if (backward_) tally_.state().walk = walk_kind::backward;
}

namespace detail {

/// Runs of a page as the server counts them.
SIMRUNS_INLINE std::size_t rows_of(page const& whole) {
  return whole.size() + whole.bad_runs().size();
}

}  // namespace detail

SIMRUNS_INLINE page page_cursor::accept(page const& latest, int requests) {
  tally_.count(latest, requests);
  auto const before = tally_.seen();
  bool const resumed = first_ && query_.start().has_value();
  first_ = false;
  if (query_.strict()) {
    if (auto const odd = tally_.first_foreign(latest)) {
      fail(errc::decode, path_of(*odd, latest) + ": " + odd->message);
      return latest.select({});
    }
  }
  auto const had = resumed ? resume_index(*query_.start(), latest) : 0;
  page const fresh = tally_.only_new(latest, had, backward_);
  rows_ += static_cast<std::int64_t>(detail::rows_of(latest));
  advance(latest, !latest.empty() && tally_.seen() == before && !resumed);
  return fresh;
}

SIMRUNS_INLINE void page_cursor::advance(page const& latest, bool repeated) {
  auto const& paging = latest.pagination();
  auto const& more = backward_ ? paging.has_previous : paging.has_next;
  auto const& cursor = backward_ ? paging.previous : paging.next;
  if (tally_.limit_reached()) return end_limited(more.has_value() && !*more && !tally_.cut());
  if (repeated)
    return fail(errc::pagination, "a page came twice: the server's cursors go in a circle");
  empty_pages_ = detail::rows_of(latest) == 0 ? empty_pages_ + 1 : 0;
  if (more && !*more) return end();
  if (empty_pages_ > max_empty_pages) {
    return fail(errc::pagination, "four empty pages in a row, each with a next one");
  }
  if (++pages_ >= max_pages_) {
    return fail(errc::too_large, "more than " + std::to_string(max_pages_) + " pages (max_pages)");
  }
  if (cursor && !cursor->empty()) return go_to(*cursor);
  go_without_cursor(latest);
}

SIMRUNS_INLINE void page_cursor::go_to(std::string_view cursor) {
  static constexpr std::size_t most_bytes = 8 * 1024;
  if (cursor.size() > most_bytes) {
    return fail(errc::too_large, "a cursor of the server's takes " + std::to_string(cursor.size()) +
                                     " bytes; no more than 8192 are followed");
  }
  if (!cursors_.insert(detail::spread_hash{}(cursor)).second) {
    return fail(errc::pagination, "a cursor came twice: the server's cursors go in a circle");
  }
  next_ = backward_ ? page_start::at_previous(std::string(cursor))
                    : page_start::at_next(std::string(cursor));
}

/// The server says nothing of a further page, or promises one without a cursor to it.
SIMRUNS_INLINE void page_cursor::go_without_cursor(page const& latest) {
  auto const& paging = latest.pagination();
  bool const promised = (backward_ ? paging.has_previous : paging.has_next).has_value();
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
    fail(errc::incomplete, what_is_missing(latest));
  }
}

/// What a page lacks that a walk needs to go on behind it, or to end there.
SIMRUNS_INLINE std::string page_cursor::what_is_missing(page const& latest) const {
  auto const& paging = latest.pagination();
  auto const& more = backward_ ? paging.has_previous : paging.has_next;
  auto const& cursor = backward_ ? paging.previous : paging.next;
  std::string const more_name = backward_ ? "`hasPrevious`" : "`hasNext`";
  std::string const cursor_name = backward_ ? "`previous`" : "`next`";
  if (more) {
    auto const state = cursor ? "empty" : cursor.is_null() ? "null" : "missing";
    return more_name + " promises a further page, but its cursor " + cursor_name + " is " + state;
  }
  static constexpr std::string_view unknown = ", so nothing says whether a further page follows";
  bool const bare = std::ranges::any_of(
      latest.issues(), [](issue const& noted) { return noted.path == "/pagination"; });
  if (bare) return "the page has no `pagination`" + std::string(unknown);
  auto const lacks = more_name + (paging.total ? "" : " and no `total`");
  return "the `pagination` of the page has no " + lacks + std::string(unknown);
}

/// As many runs as were wanted are no walk that ended short, whatever `total` counts.
SIMRUNS_INLINE void page_cursor::end_limited(bool at_end) {
  auto& state = tally_.state();
  done_ = true;
  state.reached_end = at_end;
  state.limited = !at_end || state.verdict() == walk_verdict::incomplete;
}

SIMRUNS_INLINE void page_cursor::end() {
  auto& state = tally_.state();
  done_ = true;
  state.reached_end = true;
  if (query_.allow_incomplete() || state.verdict() != walk_verdict::incomplete) return;
  auto const missing = missing_text(state);
  fail(errc::incomplete, "the walk ended after " + std::to_string(state.received) + " of " +
                             std::to_string(*state.total_last) + " " +
                             std::string(plural_of(query_.of())) +
                             (missing.empty() ? "" : "; missing: sequence " + missing));
}

SIMRUNS_INLINE void page_cursor::fail(errc code, std::string message) {
  done_ = true;
  bool const quiet = query_.allow_incomplete() && error_code(code) == condition::incomplete;
  if (quiet) return;
  failure_.emplace();
  failure_->code = code;
  failure_->message = std::move(message);
}

}  // namespace simruns
