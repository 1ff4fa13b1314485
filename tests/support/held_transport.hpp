#pragma once

#include "simruns/error.hpp"
#include "simruns/transport/transport.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <utility>

namespace test {

/// A network whose requests wait until the test answers them, in their order. Used on one thread.
class held_transport final : public simruns::transport {
 public:
  boost::asio::awaitable<simruns::http_response> exchange(simruns::http_request request,
                                                          simruns::attempt_limits) override {
    namespace asio = boost::asio;
    targets.push_back(request.target);
    auto executor = co_await asio::this_coro::executor;
    held mine(executor);
    waiting_.push_back(&mine);
    simruns::error_code woken;
    co_await mine.timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    waiting_.remove(&mine);
    if (mine.answer && mine.answer->status != 0) co_return std::move(*mine.answer);
    if (mine.answer) throw simruns::request_error(simruns::errc::transport, "as the test says");
    ++dropped;
    throw simruns::request_error(simruns::errc::cancelled, "the operation was cancelled");
  }

  /// Answers the request that waits longest with a page, or with a failure if there is no body.
  void answer(std::optional<std::string> body) {
    for (auto* one : waiting_) {
      if (one->answer) continue;
      one->answer.emplace();
      if (body) one->answer.emplace(200, *std::move(body));
      one->timer.cancel();
      return;
    }
  }

  std::deque<std::string> targets;
  std::size_t dropped = 0;  ///< Requests that were cancelled.

 private:
  struct held {
    explicit held(boost::asio::any_io_executor const& executor)
        : timer(executor, boost::asio::steady_timer::time_point::max()) {}
    boost::asio::steady_timer timer;
    std::optional<simruns::http_response> answer;
  };

  std::list<held*> waiting_;
};

}  // namespace test
