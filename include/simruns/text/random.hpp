#pragma once

#include <cstdint>
#include <random>

namespace simruns::detail {

/// Returns 64 random bits of the system's, in any thread. An engine would have to be locked or kept
/// by a thread, and a distribution costs whoever includes it some tenths of a second of compiling.
/// Throws: std::system_error if the system has none.
inline std::uint64_t random_bits() {
  std::random_device source;
  return std::uint64_t{source()} << 32 | source();
}

/// Returns a random number of at least 0 and below 1.
inline double random_fraction() { return static_cast<double>(random_bits() >> 11) * 0x1p-53; }

}  // namespace simruns::detail
