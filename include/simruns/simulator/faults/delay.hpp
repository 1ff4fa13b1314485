#pragma once

#include <chrono>
#include <ratio>

namespace simruns::simulator {

namespace detail {
class random_source;
}  // namespace detail

/// A time that is drawn anew each time it is asked for. No draw is above ten minutes.
struct delay_draw {
  enum class kind {
    fixed,        ///< Every draw is `low`.
    uniform,      ///< Draws lie from `low` to `high`.
    exponential,  ///< The mean of the draws is `low`.
    lognormal,    ///< The median is `low`; `sigma` is the deviation of the logarithm.
  };

  /// The distribution. Default `fixed`.
  kind how = kind::fixed;
  /// The first parameter of the distribution, in milliseconds. Default 0.
  std::chrono::duration<double, std::milli> low{0};
  /// The longest time that `uniform` draws, in milliseconds. Default 0.
  std::chrono::duration<double, std::milli> high{0};
  /// The standard deviation of the logarithm, of `lognormal`. Default 0.
  double sigma = 0;

  std::chrono::milliseconds draw(detail::random_source& random) const;

 private:
  double milliseconds(detail::random_source& random) const;
};

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/faults/impl/delay.ipp"
#endif
