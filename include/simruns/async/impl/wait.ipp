#pragma once

#include "simruns/async/resumed.hpp"
#include "simruns/async/wait.hpp"
#include "simruns/config.hpp"

#include <boost/asio/steady_timer.hpp>

namespace simruns::detail {

struct timer_wait final : operation_begin {
  explicit timer_wait(boost::asio::steady_timer& t) : timer(t) {}
  void begin(resumption resume) override { timer.async_wait(std::move(resume)); }

  boost::asio::steady_timer& timer;
};

SIMRUNS_INLINE boost::asio::awaitable<error_code> wait_for(boost::asio::steady_timer& timer) {
  timer_wait wait(timer);
  auto const end = co_await resumed(wait);
  co_return end.code;
}

}  // namespace simruns::detail
