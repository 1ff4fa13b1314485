#pragma once

#include "simruns/async/wait.hpp"
#include "simruns/config.hpp"
#include "simruns/testing/scripted_transport.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>

namespace simruns::testing {

SIMRUNS_INLINE std::vector<std::string> scripted_transport::requests() const {
  std::lock_guard const lock(mutex_);
  return requests_;
}

/// Gives the request's number, from 1.
SIMRUNS_INLINE std::size_t scripted_transport::note(std::string const& target) {
  std::lock_guard const lock(mutex_);
  requests_.push_back(target);
  return requests_.size();
}

SIMRUNS_INLINE scripted_transport::step scripted_transport::next_step(std::size_t number,
                                                                      std::string const& target) {
  if (!steps_.empty()) {
    auto out = std::move(steps_.front());
    steps_.pop_front();
    return out;
  }
  if (otherwise_) return otherwise_;
  return fault{errc::invalid_argument,
               "request " + std::to_string(number) + ", " + target + ", is beyond the script of " +
                   std::to_string(script_size_) + (script_size_ == 1 ? " step" : " steps")};
}

SIMRUNS_INLINE boost::asio::awaitable<http_response> scripted_transport::exchange(
    http_request request, attempt_limits) {
  auto todo = next_step(note(request.target), request.target);
  return play(std::move(todo), std::move(request));
}

SIMRUNS_INLINE boost::asio::awaitable<http_response> scripted_transport::play(
    step todo, http_request request) {
  namespace asio = boost::asio;
  if (auto* response = std::get_if<http_response>(&todo)) co_return std::move(*response);
  if (auto* broken = std::get_if<fault>(&todo)) throw request_error(broken->code, broken->message);
  if (auto* answer = std::get_if<call>(&todo)) co_return (*answer)(request);
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer forever(executor, std::chrono::steady_clock::time_point::max());
  co_await detail::wait_for(forever);
  throw request_error(errc::cancelled, "the operation was cancelled");
}

}  // namespace simruns::testing
