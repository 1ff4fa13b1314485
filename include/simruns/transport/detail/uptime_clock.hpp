#pragma once

#include <chrono>

namespace simruns::detail {

/// The time since the machine started, with the time that it slept, in which `steady_clock` stands
/// still: what a server or a firewall counts while this machine is suspended.
struct uptime_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<uptime_clock>;
  static constexpr bool is_steady = true;

  static time_point now() noexcept;
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/uptime_clock.ipp"
#endif
