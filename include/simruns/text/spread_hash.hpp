#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string_view>

namespace simruns::detail {

/// Spreads texts from a server over a table of 2^n slots. Everyone knows the standard library's
/// hash, and can find texts whose hashes share their upper bits. A random odd factor, a new one in
/// each process, spreads all that differ in any bit.
class spread_hash {
 public:
  /// Returns the slot of a text. Requires: `slots` is a power of two, 2 or more.
  static std::size_t slot(std::string_view text, std::size_t slots) noexcept {
    auto const hash = static_cast<std::uint64_t>(std::hash<std::string_view>{}(text)) * factor();
    return static_cast<std::size_t>(hash >> (64 - std::countr_zero(slots)));
  }

 private:
  static std::uint64_t factor() {
    static std::uint64_t const made = [] {
      std::random_device source;
      return (std::uint64_t{source()} << 32 | source()) | 1;
    }();
    return made;
  }
};

}  // namespace simruns::detail
