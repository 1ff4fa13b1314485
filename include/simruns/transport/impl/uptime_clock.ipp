#pragma once

#include "simruns/config.hpp"
#include "simruns/transport/detail/uptime_clock.hpp"

#include <ctime>

namespace simruns::detail {

SIMRUNS_INLINE uptime_clock::time_point uptime_clock::now() noexcept {
#ifdef CLOCK_BOOTTIME
  constexpr auto which = CLOCK_BOOTTIME;
#else
  constexpr auto which = CLOCK_MONOTONIC;  // which counts sleep on systems that are not Linux
#endif
  timespec time{};
  ::clock_gettime(which, &time);
  return time_point(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

}  // namespace simruns::detail
