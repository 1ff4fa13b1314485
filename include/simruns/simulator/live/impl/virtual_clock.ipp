#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/live/virtual_clock.hpp"

#include <chrono>
#include <cmath>
#include <memory>
#include <mutex>
#include <ratio>
#include <stdexcept>

namespace simruns::simulator {

struct virtual_clock::state {
  using real = std::chrono::steady_clock;
  using exact = std::chrono::duration<double, std::milli>;

  explicit state(double factor) : speed{checked(factor)}, since{real::now()} {}

  static double checked(double factor) {
    if (factor >= 0 && factor <= 1e6) return factor;
    throw std::invalid_argument("speed must be from 0 (steps only) to 1,000,000");
  }

  exact at(real::time_point moment) const { return passed + (moment - since) * speed; }

  std::mutex mutex;
  double speed;
  exact passed{0};
  real::time_point since;
};

SIMRUNS_INLINE virtual_clock::virtual_clock(double speed)
    : state_{std::make_unique<state>(speed)} {}

SIMRUNS_INLINE virtual_clock::~virtual_clock() = default;

SIMRUNS_INLINE virtual_clock::milliseconds virtual_clock::now() const {
  std::scoped_lock const lock{state_->mutex};
  auto const time = state_->at(state::real::now());
  return milliseconds{static_cast<milliseconds::rep>(std::floor(time.count()))};
}

SIMRUNS_INLINE void virtual_clock::advance(milliseconds step) {
  if (step < step.zero()) throw std::invalid_argument("a clock cannot be set back");
  std::scoped_lock const lock{state_->mutex};
  state_->passed += step;
}

SIMRUNS_INLINE double virtual_clock::speed() const {
  std::scoped_lock const lock{state_->mutex};
  return state_->speed;
}

SIMRUNS_INLINE void virtual_clock::set_speed(double speed) {
  auto const faster = state::checked(speed);
  std::scoped_lock const lock{state_->mutex};
  auto const moment = state::real::now();
  state_->passed = state_->at(moment);
  state_->since = moment;
  state_->speed = faster;
}

}  // namespace simruns::simulator
