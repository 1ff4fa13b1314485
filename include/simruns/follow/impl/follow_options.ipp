#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/follow/follow_options.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace simruns {

namespace detail {

/// Refuses what is far too long, so that sums of times do not overflow.
SIMRUNS_INLINE std::chrono::milliseconds checked_time(std::string_view name,
                                                      std::chrono::milliseconds time) {
  static constexpr std::chrono::milliseconds longest = std::chrono::hours(24 * 365 * 30);
  if (time >= std::chrono::milliseconds::zero() && time <= longest) return time;
  throw request_error(errc::invalid_argument,
                      std::string(name) + " is negative or over 30 years; give a time");
}

}  // namespace detail

SIMRUNS_INLINE follow_options& follow_options::poll_interval(milliseconds time) {
  poll_interval_ = detail::checked_time("poll_interval", time);
  return *this;
}

SIMRUNS_INLINE follow_options& follow_options::jitter(double part) {
  if (!(part >= 0 && part <= 1)) {
    throw request_error(errc::invalid_argument, "jitter is not between 0 and 1; give, say, 0.2");
  }
  jitter_ = part;
  return *this;
}

SIMRUNS_INLINE follow_options& follow_options::until_count(std::int64_t runs) {
  if (runs < 1) {
    throw request_error(errc::invalid_argument,
                        "until_count is " + std::to_string(runs) + "; give 1 or more");
  }
  until_count_ = runs;
  return *this;
}

SIMRUNS_INLINE follow_options& follow_options::until(std::function<bool(run const&)> predicate) {
  until_ = std::move(predicate);
  return *this;
}

SIMRUNS_INLINE follow_options& follow_options::idle(milliseconds time) {
  idle_ = detail::checked_time("idle", time);
  return *this;
}

SIMRUNS_INLINE follow_options& follow_options::deadline(milliseconds time) {
  deadline_ = detail::checked_time("deadline", time);
  return *this;
}

SIMRUNS_INLINE follow_options& follow_options::on_poll(
    std::function<void(follow_status const&)> told) {
  on_poll_ = std::move(told);
  return *this;
}

}  // namespace simruns
