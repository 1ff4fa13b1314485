#pragma once

#include "simruns/async/wait.hpp"
#include "simruns/config.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace simruns::detail {

SIMRUNS_INLINE boost::asio::awaitable<error_code> wait_for(boost::asio::steady_timer& timer) {
  namespace asio = boost::asio;
  error_code ended;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ended));
  co_return ended;
}

}  // namespace simruns::detail
