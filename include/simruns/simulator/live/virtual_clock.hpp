#pragma once

#include <chrono>
#include <memory>

namespace simruns::simulator {

/// The time of a live Simulator. It begins at zero and only goes forward, by real time and by
/// steps. Threads: any.
class virtual_clock {
 public:
  using milliseconds = std::chrono::milliseconds;

  /// A `speed` of 1 is real time, 10 is ten times as fast, and 0 goes forward by steps alone.
  /// Throws: std::invalid_argument unless it is from 0 to 1,000,000.
  explicit virtual_clock(double speed = 0);

  virtual_clock(virtual_clock const&) = delete;
  virtual_clock& operator=(virtual_clock const&) = delete;
  ~virtual_clock();

  milliseconds now() const;

  /// Steps forward. Throws: std::invalid_argument for a negative step.
  void advance(milliseconds step);

  double speed() const;

  /// Changes the speed from now on. Throws: as the constructor.
  void set_speed(double speed);

 private:
  struct state;

  std::unique_ptr<state> state_;
};

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/live/impl/virtual_clock.ipp"
#endif
