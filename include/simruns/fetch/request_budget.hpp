#pragma once

#include "simruns/async/context_bound.hpp"
#include "simruns/error.hpp"
#include "simruns/request/client_config.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

namespace simruns {

/// When requests were sent: no more than so many in any stretch of time.
class request_times {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit request_times(request_rate rate) noexcept : rate_(rate) {}

  /// When the next request may go: `now`, or later.
  time_point next(time_point now) noexcept {
    while (!sent_.empty() && sent_.front() + rate_.per <= now) sent_.pop_front();
    return sent_.size() < rate_.requests ? now : sent_.front() + rate_.per;
  }

  void add(time_point now) { sent_.push_back(now); }

  /// What was added at that moment was not sent after all.
  void remove(time_point added) {
    auto const at = std::find(sent_.begin(), sent_.end(), added);
    if (at != sent_.end()) sent_.erase(at);
  }

 private:
  request_rate rate_;
  std::deque<time_point> sent_;  ///< Of the last stretch, the oldest first.
};

/// Leave to send one request.
struct request_turn {
  request_times::time_point granted{};
  std::chrono::milliseconds waited{};

  request_turn() = default;
  request_turn(request_times::time_point g, std::chrono::milliseconds w) : granted(g), waited(w) {}
};

/// Lets requests go at a limited rate, first come, first served. Used on the client's strand only;
/// its timers go with the execution context.
class request_budget {
 public:
  request_budget(boost::asio::any_io_executor const& executor, request_rate rate)
      : line_(std::make_shared<bound_line>(
            boost::asio::query(executor, boost::asio::execution::context), executor, rate)) {}

  /// Waits for its turn and counts one request as sent.
  /// Throws: request_error (cancelled).   Cancels: terminal; the turn goes to the next.
  boost::asio::awaitable<request_turn> take() { return wait(line_); }

  /// Nothing was sent in that turn: another may have it.
  void give_back(request_times::time_point granted) {
    line_->with([granted](line& in) {
      in.times.remove(granted);
      if (!in.waiting.empty()) in.waiting.front()->cancel();  // it looks again
    });
  }

 private:
  using clock = std::chrono::steady_clock;
  using turn = std::shared_ptr<boost::asio::steady_timer>;

  struct line {
    line(boost::asio::any_io_executor e, request_rate rate) : executor(std::move(e)), times(rate) {}
    boost::asio::any_io_executor executor;
    request_times times;
    std::deque<turn> waiting;
  };
  using bound_line = detail::context_bound<line>;

  /// A place in the line, left by the destructor.
  class place {
   public:
    explicit place(std::shared_ptr<bound_line> in)
        : line_(std::move(in)),
          timer_(std::make_shared<boost::asio::steady_timer>((*line_)->executor)) {
      (*line_)->waiting.push_back(timer_);
    }
    place(place const&) = delete;
    place& operator=(place const&) = delete;
    ~place() {
      line_->with([this](line& in) {
        std::erase(in.waiting, timer_);
        if (!in.waiting.empty()) in.waiting.front()->cancel();
      });
    }

    /// When to look again: at the head of the line by the clock, else when woken.
    clock::time_point due(clock::time_point now) const {
      auto& in = **line_;
      return in.waiting.front() == timer_ ? in.times.next(now) : clock::time_point::max();
    }

    boost::asio::steady_timer& timer() const noexcept { return *timer_; }

   private:
    std::shared_ptr<bound_line> line_;
    turn timer_;
  };

  static boost::asio::awaitable<request_turn> wait(std::shared_ptr<bound_line> in);

  std::shared_ptr<bound_line> line_;
};

inline boost::asio::awaitable<request_turn> request_budget::wait(std::shared_ptr<bound_line> in) {
  namespace asio = boost::asio;
  auto const began = clock::now();
  place const mine(in);
  for (;;) {
    auto const now = clock::now();
    auto const due = mine.due(now);
    if (due <= now) {
      (*in)->times.add(now);
      auto const waited = std::chrono::duration_cast<std::chrono::milliseconds>(now - began);
      co_return request_turn(now, waited);
    }
    mine.timer().expires_at(due);
    error_code woken;
    co_await mine.timer().async_wait(asio::redirect_error(asio::use_awaitable, woken));
    auto const state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
      throw request_error(errc::cancelled, "cancelled while waiting for the request budget");
    }
  }
}

}  // namespace simruns
