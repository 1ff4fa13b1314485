#pragma once

#include "simruns/async/resumed.hpp"
#include "simruns/async/wait.hpp"
#include "simruns/config.hpp"

#include <boost/asio/steady_timer.hpp>

namespace simruns::detail {

struct begin_timer_wait {
  boost::asio::steady_timer& timer;

  template <class Resume>
  void operator()(Resume resume) const {
    timer.async_wait(std::move(resume));
  }
};

SIMRUNS_INLINE boost::asio::awaitable<error_code> wait_for(boost::asio::steady_timer& timer) {
  begin_timer_wait begin{timer};
  auto const end = co_await resumed(std::move(begin));
  co_return end.code;
}

}  // namespace simruns::detail
