#pragma once

#include "simruns/config.hpp"
#include "simruns/follow/follow_plan.hpp"
#include "simruns/page/verdict.hpp"

#include <algorithm>
#include <exception>
#include <string_view>

namespace simruns {

namespace detail {

SIMRUNS_INLINE void check_followed(run_query const& query) {
  auto const refuse = [](std::string message) {
    throw request_error(errc::invalid_argument, std::move(message));
  };
  if (query.sort() != "createdAt:asc") {
    refuse("a batch is followed in the order createdAt:asc, not '" + query.sort() +
           "'; leave sort out");
  }
  if (query.start() || query.skip() != 0) {
    refuse("a batch is followed from its first run; leave start_at and skip out");
  }
  if (query.allow_incomplete())
    refuse("a followed batch tells what is lost; leave allow_incomplete out");
  if (query.skip_bad_runs()) refuse("a followed batch leaves no run out; leave skip_bad_runs out");
  if (query.max_runs()) refuse("max_runs does not end the following; give until_count");
}

/// Whether a later poll may begin there: a count of runs shifts when runs expire before it, and
/// `start_at` takes no cursor that looks like a position or holds control characters.
SIMRUNS_INLINE bool may_begin_at(page_start const& start) {
  if (start.by == page_start::kind::skip) return start.skip == 0;
  auto const plain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; };
  return !position::marked(start.cursor) &&
         std::all_of(start.cursor.begin(), start.cursor.end(), plain);
}

}  // namespace detail

SIMRUNS_INLINE follow_plan::follow_plan(run_query const& query, follow_options options,
                                        std::uint64_t max_pages)
    : query_(query), options_(std::move(options)), max_pages_(max_pages) {
  detail::check_followed(query);
  query_.walk(walk_mode::cursor);  // windows need a batch that is settled
}

SIMRUNS_INLINE void follow_plan::begin_poll() {
  ++tally_.polls;
  repeated_ = restarted_ = false;
  was_final_ = batch_is_final_;
  begin_pass(start_);
}

SIMRUNS_INLINE void follow_plan::begin_pass(page_start const& start) {
  ++passes_;
  unnamed_ = 0;
  stretches_.clear();
  bool const from_first = start.by == page_start::kind::skip;
  sweeps_.begin(from_first);
  auto from = query_;
  if (!from_first) from.start_at(start.cursor);
  walk_.emplace(from, max_pages_);
  walk_->tally_.expect_batch(batch_);
}

SIMRUNS_INLINE void follow_plan::note_start(page_start const& start) {
  if (!stretches_.empty() && !detail::may_begin_at(start)) return;
  stretch latest;
  latest.start = start;
  stretches_.push_back(std::move(latest));
}

SIMRUNS_INLINE page follow_plan::accept(page const& latest, int requests) {
  ++tally_.pages;
  sweeps_.count_page();
  count_requests(requests);
  if (latest.pagination().total) tally_.total = *latest.pagination().total;
  note_start(walk_->next());
  page const once = walk_->accept(latest, requests);
  batch_ = walk_->tally_.batch();
  stretches_.back().runs += static_cast<std::int64_t>(once.size());
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < once.size() && !done(); ++i) {
    if (!take(once[i])) continue;
    kept.push_back(i);
    check_ends(once[i]);
  }
  if (!done() && walk_->done()) pass_over();
  if (done()) walk_.reset();
  return kept.size() == once.size() ? once : once.select(kept);
}

/// Whether the run is to be given.
SIMRUNS_INLINE bool follow_plan::take(run const& latest) {
  if (latest.id.empty()) ++unnamed_;
  if (latest.id.empty() || settled_.contains(latest.id)) return false;
  losses_.forget(latest.id);
  if (verdict_of(latest) != verdict::pending) {
    losses_.settle(latest.id);
    settled_.insert(latest.id);
    ++changes_;
    return true;
  }
  detail::sighting at;
  at.poll = tally_.polls;
  at.pass = passes_;
  at.stretch = stretches_.size() - 1;
  if (losses_.see(latest, at)) ++changes_;
  return false;
}

SIMRUNS_INLINE void follow_plan::check_ends(run const& latest) {
  // The run comes all the same, and then this.
  auto const fail = [&](std::string const& why) {
    failure_.emplace();
    failure_->code = errc::invalid_argument;
    failure_->message = "until failed for run " + std::string(latest.id) + ": " + why;
  };
  bool matched = false;
  try {
    matched = options_.until() && options_.until()(latest);
  } catch (std::exception const& error) {
    fail(error.what());
  } catch (...) {
    fail("it threw what is no std::exception");
  }
  if (matched) {
    ended_ = follow_end::until;
  } else if (enough()) {
    ended_ = follow_end::count;
  }
}

SIMRUNS_INLINE bool follow_plan::refused(request_failure const& failure) {
  count_requests(failure.attempts);
  bool const of_cursor = failure.code == errc::bad_request && failure.field == "next" &&
                         next().by == page_start::kind::next;
  if (!of_cursor) return false;
  bool const first_time = !std::exchange(restarted_, true);
  if (!first_time) restarted_ = false;
  begin_pass(page_start::at_skip(0));
  return first_time;
}

SIMRUNS_INLINE void follow_plan::pass_over() {
  auto const tally = walk_->completeness();
  auto failure = walk_->failure();
  // An end that came too early for `total` is none here: see `sweeps::wanted`.
  if (failure && !tally.reached_end) {
    failure_ = std::move(failure);
    return begin_pass(page_start::at_skip(0));
  }
  bool const more = sweeps_.wanted(tally);
  bool const missing = miss_pending();
  if (enough()) {
    ended_ = follow_end::count;
  } else if ((more || missing) && !repeated_) {
    repeated_ = true;
    begin_pass(page_start::at_skip(0));
  } else {
    walk_.reset();
    choose_start(more || missing);
    if (was_final_ && losses_.pending() == 0) ended_ = follow_end::finished;
  }
}

/// Whether a pending run did not come, and is not yet taken for lost.
SIMRUNS_INLINE bool follow_plan::miss_pending() {
  auto const known = lost().size();
  bool const missing = losses_.miss(passes_, tally_.polls);
  changes_ += lost().size() - known;
  return missing;
}

SIMRUNS_INLINE void follow_plan::choose_start(bool in_doubt) {
  if (sweeps_.next(in_doubt)) {
    start_ = page_start::at_skip(0);
    return;
  }
  auto const earliest = losses_.earliest(stretches_.size() - 1);
  for (std::size_t i = 0; i < earliest; ++i) sweeps_.skip(stretches_[i].runs);
  start_ = stretches_[earliest].start;
}

SIMRUNS_INLINE bool follow_plan::enough() const noexcept {
  auto const wanted = options_.until_count();
  return wanted && static_cast<std::int64_t>(settled_.size() + lost().size()) >= *wanted;
}

SIMRUNS_INLINE follow_status follow_plan::status() const {
  auto out = tally_;
  out.settled = static_cast<std::int64_t>(settled_.size());
  out.pending = static_cast<std::int64_t>(losses_.pending());
  out.lost = static_cast<std::int64_t>(lost().size());
  out.seen = out.settled + out.pending + out.lost;
  out.unnamed = unnamed_;
  out.ended = ended_;
  return out;
}

}  // namespace simruns
