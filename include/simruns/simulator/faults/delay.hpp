#pragma once

#include "simruns/simulator/data/detail/random.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

namespace simruns::simulator {

/// A time that is drawn anew each time it is asked for. No draw is above ten minutes.
struct delay_draw {
  enum class kind {
    fixed,        ///< Always `low`.
    uniform,      ///< From `low` to `high`.
    exponential,  ///< With the mean `low`.
    lognormal,    ///< With the median `low`; `sigma` is the deviation of its logarithm.
  };

  kind how = kind::fixed;
  std::chrono::duration<double, std::milli> low{0};
  std::chrono::duration<double, std::milli> high{0};
  double sigma = 0;

  std::chrono::milliseconds draw(random_source& random) const {
    static constexpr double longest = 600'000;
    auto const drawn = milliseconds(random);
    if (std::isnan(drawn)) return std::chrono::milliseconds{0};
    return std::chrono::milliseconds{std::llround(std::clamp(drawn, 0.0, longest))};
  }

 private:
  double milliseconds(random_source& random) const {
    switch (how) {
      case kind::fixed:
        return low.count();
      case kind::uniform:
        return low.count() + (high - low).count() * random.fraction();
      case kind::exponential:
        return -low.count() * std::log1p(-random.fraction());
      case kind::lognormal:
        return low.count() * std::exp(sigma * normal(random));
    }
    return 0;
  }

  /// Of the standard normal distribution, by Box and Muller's method (1958).
  static double normal(random_source& random) {
    static constexpr double two_pi = 6.283185307179586;
    double const radius = std::sqrt(-2 * std::log1p(-random.fraction()));
    return radius * std::cos(two_pi * random.fraction());
  }
};

}  // namespace simruns::simulator
