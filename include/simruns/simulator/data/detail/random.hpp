#pragma once

#include "simruns/text/hex.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace simruns::simulator::detail {

/// A seeded source of numbers (splitmix64) that gives the same ones on every machine and compiler,
/// which the distributions of the standard library do not promise. Not for secrets.
class random_source {
 public:
  explicit random_source(std::uint64_t seed) noexcept : state_{seed} {}

  std::uint64_t next() noexcept { return mix(state_ += 0x9e3779b97f4a7c15ULL); }

  /// A number from 0 to `bound - 1`; `bound` is at least 1.
  std::uint32_t below(std::uint32_t bound) noexcept {
    return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32);
  }

  /// A number from `low` to `high`, both included.
  std::uint32_t between(std::uint32_t low, std::uint32_t high) noexcept {
    return low + below(high - low + 1);
  }

  /// A number of at least 0 and below 1.
  double fraction() noexcept { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

  /// True in `permille` of 1,000 cases.
  bool chance(std::uint32_t permille) noexcept { return below(1000) < permille; }

  /// One of `choices`, an array or span that is not empty.
  template <class Range>
  auto const& pick(Range const& choices) noexcept {
    return choices[below(static_cast<std::uint32_t>(choices.size()))];
  }

  /// Lower-case hexadecimal digits.
  std::string hex(std::size_t digits) {
    std::string text;
    append_hex(text, digits);
    return text;
  }

  void append_hex(std::string& out, std::size_t digits) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (i % 16 == 0) bits = next();
      out += simruns::detail::hex_digits[bits & 15];
      bits >>= 4;
    }
  }

  /// One well-mixed number of two: gives every part of a data set a stream of its own, so that
  /// more runs or more batches do not change those before them.
  static std::uint64_t combine(std::uint64_t seed, std::uint64_t part) noexcept {
    return mix(mix(seed + 0x9e3779b97f4a7c15ULL) ^ (part * 0xd1342543de82ef95ULL + 1));
  }

 private:
  static std::uint64_t mix(std::uint64_t x) noexcept {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
  }

  std::uint64_t state_;
};

}  // namespace simruns::simulator::detail
