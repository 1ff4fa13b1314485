#pragma once

#include "simruns/text/random.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace simruns::detail {

/// Hashes texts from a server for a table of the library's. Everyone knows the standard library's
/// hash, and can find texts whose hashes collide in the bits that a table uses. A random odd
/// factor, a new one in each process, spreads all that differ in any bit.
class spread_hash {
 public:
  std::size_t operator()(std::string_view text) const noexcept {
    auto const known = std::hash<std::string_view>{}(text);
    return static_cast<std::size_t>(known * factor());
  }

 private:
  /// A static variable that is made at its first use has a lock. A fork in another thread meanwhile
  /// would leave it locked in the child for ever.
  static std::uint64_t factor() {
    static std::atomic<std::uint64_t> the_one{0};
    auto known = the_one.load();
    if (known != 0) return known;
    auto const made = random_bits() | 1;
    return the_one.compare_exchange_strong(known, made) ? made : known;
  }
};

}  // namespace simruns::detail
