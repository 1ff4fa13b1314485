#pragma once

#include "simruns/async/wait_line.hpp"
#include "simruns/request/client_config.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>

namespace simruns::detail {

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
struct request_grant {
  request_times::time_point at{};
  std::chrono::milliseconds waited{};

  request_grant() = default;
  request_grant(request_times::time_point a, std::chrono::milliseconds w) : at(a), waited(w) {}
};

/// Lets requests go at a limited rate, first come, first served. Used on the client's strand only.
class request_budget {
 public:
  request_budget(boost::asio::any_io_executor const& executor, request_rate rate)
      : times_(rate), line_(executor) {}

  /// Waits until a request may go, and counts one as sent.
  /// Throws: request_error (cancelled).   Cancels: terminal; the next in line moves up.
  /// Lifetime: the budget must outlive the operation.
  boost::asio::awaitable<request_grant> take();

  /// Nothing was sent for the grant of that moment: another may have it.
  void give_back(request_times::time_point granted) {
    times_.remove(granted);
    line_.wake();
  }

 private:
  request_times times_;
  wait_line line_;
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/fetch/impl/request_budget.ipp"
#endif
