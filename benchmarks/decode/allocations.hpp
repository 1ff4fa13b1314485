#pragma once

#include <cstddef>

namespace bench {

/// What `operator new` gave between two moments, while counting was on.
struct allocation_counts {
  std::size_t allocations = 0;
  std::size_t peak_bytes = 0;  ///< The most that was held at once, of what was asked for since.
};

/// Counts from now on, from zero.
void start_counting() noexcept;

/// Stops counting; what was counted.
allocation_counts stop_counting() noexcept;

}  // namespace bench
