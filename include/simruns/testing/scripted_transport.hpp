#pragma once

#include "simruns/error.hpp"
#include "simruns/transport/transport.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace simruns::testing {

/// A network that does as it is told: for tests of code that uses a client, and of ours.
///
///     auto link = std::make_shared<simruns::testing::scripted_transport>();
///     link->then_page(simruns::testing::page_of({"a"},
///     sample_paging{"c1"})).then_failure(errc::transport); simruns::client client{executor,
///     config, credentials, link};
///
/// Steps are used in the order of the requests; a request beyond the last one waits until it is
/// cancelled. Threads: the script before the first request; `requests` at any time.
class scripted_transport final : public transport {
 public:
  /// Answers 200 with this body.
  scripted_transport& then_page(std::string body) {
    return then_response(http_response(200, std::move(body)));
  }
  scripted_transport& then_response(http_response response) {
    steps_.emplace_back(std::move(response));
    return *this;
  }
  /// Fails as a connection would.
  scripted_transport& then_failure(errc code) {
    steps_.emplace_back(code);
    return *this;
  }
  /// Never answers; ends only by cancellation.
  scripted_transport& then_silence() {
    steps_.emplace_back(silence{});
    return *this;
  }
  /// Answers with what `answer` makes of the request.
  scripted_transport& then_call(std::function<http_response(http_request const&)> answer) {
    steps_.emplace_back(std::move(answer));
    return *this;
  }
  /// Answers every request beyond the script so.
  scripted_transport& always_call(std::function<http_response(http_request const&)> answer) {
    otherwise_ = std::move(answer);
    return *this;
  }

  /// The targets that were asked for, in order.
  std::vector<std::string> requests() const {
    std::lock_guard const lock(mutex_);
    return requests_;
  }

  boost::asio::awaitable<http_response> exchange(http_request request, attempt_limits) override {
    {
      std::lock_guard const lock(mutex_);
      requests_.push_back(request.target);
    }
    step todo = silence{};
    if (!steps_.empty()) {
      todo = std::move(steps_.front());
      steps_.pop_front();
    } else if (otherwise_) {
      todo = otherwise_;
    }
    return play(std::move(todo), std::move(request));
  }

 private:
  struct silence {};
  using call = std::function<http_response(http_request const&)>;
  using step = std::variant<silence, http_response, errc, call>;

  static boost::asio::awaitable<http_response> play(step todo, http_request request) {
    namespace asio = boost::asio;
    if (auto* response = std::get_if<http_response>(&todo)) co_return std::move(*response);
    if (auto* code = std::get_if<errc>(&todo)) throw request_error(*code, "as the script says");
    if (auto* answer = std::get_if<call>(&todo)) co_return (*answer)(request);
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer forever(executor, std::chrono::steady_clock::time_point::max());
    error_code woken;
    co_await forever.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    throw request_error(errc::cancelled, "the operation was cancelled");
  }

  std::deque<step> steps_;
  call otherwise_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
};

}  // namespace simruns::testing
