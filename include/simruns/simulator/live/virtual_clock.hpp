#pragma once

#include <chrono>
#include <cmath>
#include <mutex>
#include <stdexcept>

namespace simruns::simulator {

/// The time of a live Simulator: from zero, forward only, by `speed` times the real time and by
/// steps. Threads: any.
class virtual_clock {
 public:
  using milliseconds = std::chrono::milliseconds;

  /// `speed`: 1 is real time, 10 ten times as fast, 0 stands still but for steps.
  /// Throws: std::invalid_argument unless it is from 0 to 1,000,000.
  explicit virtual_clock(double speed = 0) : speed_{checked(speed)}, since_{real::now()} {}

  milliseconds now() const {
    std::scoped_lock const lock{mutex_};
    return floor(at(real::now()));
  }

  /// Steps forward. Throws: std::invalid_argument for a negative step.
  void advance(milliseconds step) {
    if (step < step.zero()) throw std::invalid_argument("a clock cannot be set back");
    std::scoped_lock const lock{mutex_};
    passed_ += step;
  }

  double speed() const {
    std::scoped_lock const lock{mutex_};
    return speed_;
  }

  /// Throws: as the constructor.
  void set_speed(double speed) {
    auto const faster = checked(speed);
    std::scoped_lock const lock{mutex_};
    auto const moment = real::now();
    passed_ = at(moment);
    since_ = moment;
    speed_ = faster;
  }

 private:
  using real = std::chrono::steady_clock;
  using exact = std::chrono::duration<double, std::milli>;

  static double checked(double speed) {
    if (!(speed >= 0 && speed <= 1e6)) {
      throw std::invalid_argument("speed must be from 0 (steps only) to 1,000,000");
    }
    return speed;
  }

  static milliseconds floor(exact time) {
    return milliseconds{static_cast<milliseconds::rep>(std::floor(time.count()))};
  }

  exact at(real::time_point moment) const { return passed_ + (moment - since_) * speed_; }

  mutable std::mutex mutex_;
  double speed_;
  exact passed_{0};
  real::time_point since_;
};

}  // namespace simruns::simulator
