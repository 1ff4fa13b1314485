#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string_view>

namespace simruns::detail {

/// The hash of a text from a server, and where it belongs in a table of 2^n slots. The library's own
/// hash is known to all, and texts that fall on each other are quickly found; a random odd factor,
/// other in each process, spreads those that differ in any bit of it.
class spread_hash {
 public:
  /// For the library's tables, which hash what they are given once more.
  std::size_t operator()(std::string_view text) const noexcept {
    return static_cast<std::size_t>(std::hash<std::string_view>{}(text) * factor());
  }

  /// `slots`: a power of two, at least 2.
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
