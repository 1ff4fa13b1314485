#pragma once

#include "simruns/async/wait.hpp"
#include "simruns/async/wait_line.hpp"
#include "simruns/config.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <list>
#include <utility>

namespace simruns::detail {

struct wait_line::waiter {
  explicit waiter(boost::asio::any_io_executor const& executor) : timer(executor) {}
  boost::asio::steady_timer timer;
};

struct wait_line::waiters {
  explicit waiters(boost::asio::any_io_executor e) : executor(std::move(e)) {}

  void wake_first() {
    if (!line.empty()) line.front().timer.cancel();
  }

  boost::asio::any_io_executor executor;
  std::list<waiter> line;
};

SIMRUNS_INLINE wait_line::wait_line(boost::asio::any_io_executor const& executor)
    : waiters_(std::make_shared<context_bound<waiters>>(
          boost::asio::query(executor, boost::asio::execution::context), executor)) {}

SIMRUNS_INLINE bool wait_line::empty() const noexcept {
  bool out = true;
  waiters_->with([&](waiters& in) { out = in.line.empty(); });
  return out;
}

SIMRUNS_INLINE void wait_line::wake() noexcept {
  waiters_->with([](waiters& in) { in.wake_first(); });
}

SIMRUNS_INLINE wait_slot::wait_slot(wait_line const& line) : line_(line) {
  line_.waiters_->with(
      [this](wait_line::waiters& in) { self_ = &in.line.emplace_back(in.executor); });
}

SIMRUNS_INLINE wait_slot::~wait_slot() {
  line_.waiters_->with([this](wait_line::waiters& in) {
    bool const was_first = &in.line.front() == self_;
    in.line.remove_if([this](wait_line::waiter const& one) { return &one == self_; });
    if (was_first) in.wake_first();
  });
}

SIMRUNS_INLINE bool wait_slot::is_first() const noexcept {
  bool out = false;
  line_.waiters_->with([&](wait_line::waiters& in) { out = &in.line.front() == self_; });
  return out;
}

SIMRUNS_INLINE boost::asio::awaitable<bool> wait_slot::wait(time_point until) const {
  namespace asio = boost::asio;
  auto& timer = self_->timer;
  timer.expires_at(until);
  co_await wait_for(timer);
  auto const state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() == asio::cancellation_type::none;
}

}  // namespace simruns::detail
