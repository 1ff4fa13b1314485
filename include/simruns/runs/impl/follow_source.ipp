#pragma once

#include "simruns/config.hpp"
#include "simruns/page/batch_info.hpp"
#include "simruns/query/run_query.hpp"
#include "simruns/runs/detail/follow_source.hpp"
#include "simruns/text/random.hpp"

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

namespace simruns::detail {

SIMRUNS_INLINE bool follow_source::ready() {
  if (plan_.polling()) return true;
  auto const now = clock::now();
  if (auto const why = pace_.over(now)) end(*why);
  if (plan_.done() || now < pace_.due()) return false;
  changes_ = plan_.changes();
  pace_.poll_began(now);
  plan_.begin_poll();
  start_asking();
  publish();
  return true;
}

SIMRUNS_INLINE page follow_source::accept(fetched_page const& fetched) try {
  auto fresh = plan_.accept(fetched.page, fetched.requests);
  if (!plan_.polling()) poll_over();
  if (plan_.done()) stop_asking();
  publish();
  return fresh;
} catch (...) {  // which runs of the page are taken as given is not known
  broken_ = failure_of(std::current_exception());
  throw;
}

SIMRUNS_INLINE void follow_source::poll_over() {
  pace_.poll_ended(clock::now(), plan_.changes() != changes_, random_fraction());
  if (on_poll_) on_poll_(plan_.status());
}

SIMRUNS_INLINE void follow_source::publish() {
  auto latest = plan_.status();
  std::lock_guard const lock(mutex_);
  status_ = latest;
  if (lost_ != plan_.lost()) lost_ = plan_.lost();
}

SIMRUNS_INLINE void follow_source::start_reading() {
  reader_ = std::make_shared<strand_stop>(core_->strand);
  try {
    auto reader = read(shared_from_this(), plan_.next(), reader_);
    ending done([self = weak_from_this(), mine = reader_](std::exception_ptr thrown) {
      auto const here = self.lock();
      if (here && thrown && here->reader_ == mine) here->arrive(failure_of(thrown));
    });
    spawn_on_strand(core_->strand, std::move(reader), *reader_, std::move(done));
  } catch (...) {  // out of memory; with a reader that is none, the next call would wait for ever
    reader_.reset();
    throw;
  }
}

SIMRUNS_INLINE void follow_source::stop_reading() {
  auto const reader = std::exchange(reader_, nullptr);
  if (reader) reader->emit(boost::asio::cancellation_type::terminal);
}

/// `mine`: a reader that was stopped meanwhile must not touch the polls.
SIMRUNS_INLINE boost::asio::awaitable<void> follow_source::read(std::shared_ptr<follow_source> self,
                                                                page_start start,
                                                                std::shared_ptr<strand_stop> mine) {
  result<fetched_page> fetched;
  try {
    fetched = co_await fetch(self->core_, self->plan_.query(), std::move(start));
  } catch (...) {  // out of memory
    fetched = failure_of(std::current_exception());
  }
  if (self->reader_ != mine) {
    self->plan_.count_requests(fetched ? fetched->requests : fetched.error().attempts);
    self->publish();
    co_return;
  }
  self->arrive(std::move(fetched));
}

SIMRUNS_INLINE void follow_source::arrive(result<fetched_page> fetched) {
  reader_.reset();
  arrived_ = std::move(fetched);
  changed_.wake();
}

/// Asks for the batch beside the pages of a poll, which do not wait for it.
SIMRUNS_INLINE void follow_source::start_asking() {
  if (!asks_batch_ || asker_) return;
  asker_ = std::make_shared<strand_stop>(core_->strand);
  try {
    auto asked = ask(shared_from_this(), asker_);
    ending done([self = weak_from_this(), mine = asker_](std::exception_ptr thrown) {
      auto const here = self.lock();
      if (here && thrown && here->asker_ == mine) here->asker_.reset();
    });
    spawn_on_strand(core_->strand, std::move(asked), *asker_, std::move(done));
  } catch (...) {  // out of memory: the next poll asks again
    asker_.reset();
  }
}

SIMRUNS_INLINE void follow_source::stop_asking() {
  auto const asker = std::exchange(asker_, nullptr);
  if (asker) asker->emit(boost::asio::cancellation_type::terminal);
}

SIMRUNS_INLINE boost::asio::awaitable<void> follow_source::ask(std::shared_ptr<follow_source> self,
                                                               std::shared_ptr<strand_stop> mine) {
  result<fetched_page> fetched;
  try {
    auto const batch = self->plan_.query().for_batch();
    page_start const start;
    fetched = co_await fetch(self->core_, batch, start);
  } catch (...) {  // out of memory
    fetched = failure_of(std::current_exception());
  }
  bool const wanted = self->asker_ == mine;
  if (wanted) self->asker_.reset();
  self->plan_.count_requests(fetched ? fetched->requests : fetched.error().attempts);
  if (wanted) self->take_batch(fetched);
  self->publish();
}

SIMRUNS_INLINE void follow_source::take_batch(result<fetched_page> const& fetched) try {
  if (fetched) {
    auto const said = batch_info::from_json(fetched->page[0].json());
    std::optional<std::int64_t> ordered;
    if (said.runs) ordered = *said.runs;
    return plan_.note_batch(said.state(), ordered);
  }
  auto const code = fetched.error().code;
  asks_batch_ = code != errc::not_found && code != errc::forbidden && code != errc::auth;
} catch (std::bad_alloc const&) {  // it says nothing this time
}

/// A poll under way is cut off, and what it cost is counted; a page that came in time is taken.
SIMRUNS_INLINE void follow_source::heed_deadline() {
  if (plan_.done() || arrived_ || clock::now() < pace_.deadline()) return;
  if (!reader_) return end(follow_end::deadline);
  if (!std::exchange(cut_, true)) reader_->emit(boost::asio::cancellation_type::terminal);
}

SIMRUNS_INLINE bool follow_source::settle(walk_step& out) {
  auto const fetched = *std::exchange(arrived_, std::nullopt);
  if (fetched) {
    out.fresh = accept(*fetched);
    if (!out.fresh.empty()) return true;
    out.fresh = page();
    return false;
  }
  if (cut_) {
    plan_.count_requests(fetched.error().attempts);
    end(follow_end::deadline);
    return false;
  }
  bool const goes_on = plan_.refused(fetched.error());
  publish();
  if (!goes_on) out.failure = fetched.error();
  return !goes_on;
}

/// Until a page has arrived, or the next poll is due, or the deadline.
/// Throws: request_error (cancelled).
SIMRUNS_INLINE boost::asio::awaitable<void> follow_source::wait(
    std::shared_ptr<follow_source> self) {
  auto const& pace = self->pace_;
  auto until = self->cut_ ? clock::time_point::max() : pace.deadline();
  if (!self->reader_) until = std::min(until, pace.due());
  bool wanted = false;
  try {
    wait_slot const slot(self->changed_);
    wanted = co_await slot.wait(until);
  } catch (boost::system::system_error const&) {
    wanted = false;
  }
  if (wanted && !self->abandoned_) co_return;
  auto const state = co_await boost::asio::this_coro::cancellation_state;
  if (drops_all(state.cancelled())) self->stop_reading();
  throw request_error(errc::cancelled, "the operation was cancelled");
}

/// Until there is something to give.
SIMRUNS_INLINE boost::asio::awaitable<walk_step> follow_source::step(
    std::shared_ptr<follow_source> self) {
  walk_step out;
  for (;;) {
    if (self->arrived_ && self->settle(out)) co_return out;
    self->heed_deadline();
    out.failure = self->broken_ ? self->broken_ : self->plan_.take_failure();
    if (out.failure || self->plan_.done()) co_return out;
    if (!self->reader_ && self->ready()) self->start_reading();
    if (!self->plan_.done()) co_await wait(self);
  }
}

SIMRUNS_INLINE boost::asio::awaitable<walk_step> follow_source::take(
    std::shared_ptr<follow_source> self) {
  if (self->abandoned_) throw request_error(errc::cancelled, "the follower was closed");
  self->pace_.start(clock::now());
  walk_step out;
  try {
    out = co_await step(self);
  } catch (...) {
    out.failure = failure_of(std::current_exception());
  }
  co_return out;
}

}  // namespace simruns::detail
