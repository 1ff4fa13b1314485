#pragma once

#include "simruns/config.hpp"
#include "simruns/follow/follow_plan.hpp"

#include <cstddef>
#include <tuple>

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
  begin_pass(start_);
}

SIMRUNS_INLINE void follow_plan::begin_pass(page_start const& start) {
  ++passes_;
  pass_pages_ = 0;
  unnamed_ = 0;
  stretches_.clear();
  from_first_ = start.by == page_start::kind::skip;
  if (from_first_) before_ = 0;
  auto from = query_;
  if (!from_first_) from.start_at(start.cursor);
  walk_.emplace(from, max_pages_);
}

SIMRUNS_INLINE void follow_plan::note_start(page_start const& start) {
  if (!stretches_.empty() && !detail::may_begin_at(start)) return;
  stretch latest;
  latest.start = start;
  stretches_.push_back(std::move(latest));
}

SIMRUNS_INLINE page follow_plan::accept(page const& got, int requests) {
  ++tally_.pages;
  ++pass_pages_;
  tally_.requests += static_cast<std::uint64_t>(requests);
  if (got.pagination().total) tally_.total = *got.pagination().total;
  note_start(walk_->next());
  page const once = walk_->accept(got, requests);
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
  forget_loss(latest.id);
  if (verdict_of(latest) != verdict::pending) {
    auto const was = pending_.find(latest.id);
    if (was != pending_.end()) pending_.erase(was);
    settled_.insert(latest.id);
    ++changes_;
    return true;
  }
  auto const [at, appeared] = pending_.try_emplace(std::string(latest.id));
  if (appeared) ++changes_;
  auto& mine = at->second;
  mine.stretch = stretches_.size() - 1;
  mine.pass = passes_;
  mine.poll = tally_.polls;
  mine.misses = 0;
  if (latest.sequence) mine.sequence = *latest.sequence;
  if (latest.expires_at) mine.expires_at = *latest.expires_at;
  return false;
}

/// What is there again was not lost.
SIMRUNS_INLINE void follow_plan::forget_loss(std::string_view id) {
  if (!lost_once_.contains(id)) return;
  std::erase_if(lost_, [id](lost_run const& lost) { return lost.id == id; });
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
  tally_.requests += static_cast<std::uint64_t>(failure.attempts);
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
  // An end that came too early for `total` is none here: see `total_counts_more`.
  if (failure && !tally.reached_end) {
    failure_ = std::move(failure);
    return begin_pass(page_start::at_skip(0));
  }
  bool const more = total_counts_more(tally);
  bool const missing = miss_pending();
  if (enough()) {
    ended_ = follow_end::count;
  } else if ((more || missing) && !repeated_) {
    repeated_ = true;
    begin_pass(page_start::at_skip(0));
  } else {
    walk_.reset();
    choose_start(more || missing);
  }
}

/// Whether a pending run did not come, and is not yet taken for lost.
SIMRUNS_INLINE bool follow_plan::miss_pending() {
  bool missing = false;
  auto const known = static_cast<std::ptrdiff_t>(lost_.size());
  for (auto at = pending_.begin(); at != pending_.end();) {
    auto& [id, mine] = *at;
    if (mine.pass != passes_ && ++mine.misses >= most_misses) {
      lost_run gone;
      gone.id = id;
      gone.sequence = mine.sequence;
      gone.expires_at = mine.expires_at;
      gone.last_poll = mine.poll;
      gone.lost_poll = tally_.polls;
      lost_once_.insert(id);
      lost_.push_back(std::move(gone));
      ++changes_;
      at = pending_.erase(at);
      continue;
    }
    missing = missing || mine.pass != passes_;
    ++at;
  }
  std::sort(lost_.begin() + known, lost_.end(), [](lost_run const& a, lost_run const& b) {
    return std::tie(a.sequence, a.id) < std::tie(b.sequence, b.id);
  });
  return missing;
}

SIMRUNS_INLINE bool follow_plan::total_counts_more(completeness const& tally) {
  if (!tally.total_last) return false;
  auto const total = *tally.total_last;
  auto const elsewhere = total > tally.received ? total - tally.received : 0;
  if (!from_first_) {
    // Of `before_`, as far as `surplus_` leaves it: their sum may be more than a number holds.
    auto const counted = elsewhere - surplus_;
    if (counted > before_) return true;
    expired_before_ = expired_before_ || counted < before_;
    before_ = std::max<std::int64_t>(counted, 0);
    return expired_before_ && since_pages_ + pass_pages_ + free_pages >= sweep_pages_;
  }
  expired_before_ = false;
  // Twice the same: not a run that came in meanwhile, but what `total` means here.
  bool const believed = elsewhere <= surplus_ || elsewhere == doubt_;
  doubt_ = elsewhere;
  if (believed) surplus_ = elsewhere;
  return !believed;
}

SIMRUNS_INLINE void follow_plan::choose_start(bool from_first) {
  since_polls_ = from_first_ ? 0 : since_polls_ + 1;
  since_pages_ = from_first_ ? 0 : since_pages_ + pass_pages_;
  if (from_first_) sweep_pages_ = pass_pages_;
  bool const due = since_polls_ >= polls_without_sweep && since_pages_ >= sweep_pages_;
  if (from_first || due) {
    start_ = page_start::at_skip(0);
    return;
  }
  auto earliest = stretches_.size() - 1;
  for (auto const& [id, mine] : pending_) earliest = std::min(earliest, mine.stretch);
  for (std::size_t i = 0; i < earliest; ++i) before_ += stretches_[i].runs;
  start_ = stretches_[earliest].start;
}

SIMRUNS_INLINE follow_status follow_plan::status() const {
  auto out = tally_;
  out.settled = static_cast<std::int64_t>(settled_.size());
  out.pending = static_cast<std::int64_t>(pending_.size());
  out.lost = static_cast<std::int64_t>(lost_.size());
  out.seen = out.settled + out.pending + out.lost;
  out.unnamed = unnamed_;
  out.ended = ended_;
  return out;
}

}  // namespace simruns
