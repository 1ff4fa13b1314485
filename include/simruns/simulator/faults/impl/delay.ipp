#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/detail/random.hpp"
#include "simruns/simulator/faults/delay.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace simruns::simulator {

namespace detail {

/// A draw from the standard normal distribution, by the method of Box and Muller (1958).
inline double draw_normal(random_source& random) {
  static constexpr double two_pi = 6.283185307179586;
  double const radius = std::sqrt(-2 * std::log1p(-random.fraction()));
  return radius * std::cos(two_pi * random.fraction());
}

}  // namespace detail

SIMRUNS_INLINE std::chrono::milliseconds delay_draw::draw(detail::random_source& random) const {
  static constexpr double longest = 600'000;
  auto const drawn = milliseconds(random);
  if (std::isnan(drawn)) return std::chrono::milliseconds{0};
  return std::chrono::milliseconds{std::llround(std::clamp(drawn, 0.0, longest))};
}

SIMRUNS_INLINE double delay_draw::milliseconds(detail::random_source& random) const {
  switch (how) {
    case kind::fixed:
      return low.count();
    case kind::uniform:
      return low.count() + (high - low).count() * random.fraction();
    case kind::exponential:
      return -low.count() * std::log1p(-random.fraction());
    case kind::lognormal:
      return low.count() * std::exp(sigma * detail::draw_normal(random));
  }
  return 0;
}

}  // namespace simruns::simulator
