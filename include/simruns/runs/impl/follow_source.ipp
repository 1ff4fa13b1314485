#pragma once

#include "simruns/config.hpp"
#include "simruns/runs/detail/follow_source.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <random>

namespace simruns::detail {

SIMRUNS_INLINE bool follow_source::ready() {
  if (plan_.polling()) return true;
  auto const now = clock::now();
  if (auto const why = pace_.over(now)) end(*why);
  if (plan_.done() || now < pace_.due()) return false;
  changes_ = plan_.changes();
  pace_.poll_began(now);
  plan_.begin_poll();
  publish();
  return true;
}

SIMRUNS_INLINE page follow_source::accept(fetched_page const& fetched) try {
  auto fresh = plan_.accept(fetched.page, fetched.requests);
  if (!plan_.polling()) poll_over();
  publish();
  return fresh;
} catch (...) {  // which runs of the page are taken as given is not known
  broken_ = failure_of(std::current_exception());
  throw;
}

SIMRUNS_INLINE void follow_source::poll_over() {
  std::uniform_real_distribution<double> fraction(0, 1);
  pace_.poll_ended(clock::now(), plan_.changes() != changes_, fraction(core_->random));
  if (on_poll_) on_poll_(plan_.status());
}

SIMRUNS_INLINE void follow_source::publish() {
  auto latest = plan_.status();
  std::lock_guard const lock(mutex_);
  status_ = latest;
  if (lost_ != plan_.lost()) lost_ = plan_.lost();
}

/// Throws: request_error (cancelled).
SIMRUNS_INLINE boost::asio::awaitable<void> follow_source::pause(
    std::shared_ptr<follow_source> self) {
  namespace asio = boost::asio;
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, self->pace_.due());
  error_code woken;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  if (woken) throw request_error(errc::cancelled, "cancelled between two polls");
}

/// Until there is something to give.
SIMRUNS_INLINE boost::asio::awaitable<walk_step> follow_source::step(
    std::shared_ptr<follow_source> self) {
  walk_step out;
  for (;;) {
    out.failure = self->broken_ ? self->broken_ : self->plan_.take_failure();
    if (out.failure || self->plan_.done()) co_return out;
    if (!self->ready()) {
      if (!self->plan_.done()) co_await pause(self);
      continue;
    }
    auto const fetched = co_await fetch(self->core_, self->plan_.query(), self->plan_.next());
    if (fetched) {
      out.fresh = self->accept(*fetched);
      if (!out.fresh.empty()) co_return out;
      out.fresh = page();
      continue;
    }
    bool const goes_on = self->plan_.refused(fetched.error());
    self->publish();
    if (goes_on) continue;
    out.failure = fetched.error();
    co_return out;
  }
}

SIMRUNS_INLINE boost::asio::awaitable<walk_step> follow_source::take(
    std::shared_ptr<follow_source> self) {
  namespace asio = boost::asio;
  if (self->abandoned_) throw request_error(errc::cancelled, "the follower was closed");
  self->pace_.start(clock::now());
  strand_stop stop(self->core_->strand);
  self->stop_ = stop;
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer deadline(executor, self->pace_.deadline());
  deadline.async_wait([stop](error_code cancelled) mutable {
    if (!cancelled) stop(asio::cancellation_type::terminal);
  });
  walk_step out;
  std::exception_ptr thrown;
  try {
    out = co_await on_strand(self->core_->strand, step(self), stop);
  } catch (...) {
    thrown = std::current_exception();
  }
  self->stop_.reset();
  if (thrown) out.failure = failure_of(thrown);
  auto const state = co_await asio::this_coro::cancellation_state;
  bool const by_caller = state.cancelled() != asio::cancellation_type::none || self->abandoned_;
  bool const cut = !by_caller && out.failure && out.failure->code == errc::cancelled;
  if (cut && clock::now() >= self->pace_.deadline()) {
    self->end(follow_end::deadline);
    out.failure.reset();
  }
  co_return out;
}

}  // namespace simruns::detail
