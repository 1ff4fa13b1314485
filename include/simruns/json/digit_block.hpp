#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace simruns::detail {

/// Eight bytes of a text, of which the first so many are digits, read as one number.
class digit_block {
 public:
  static constexpr std::size_t size = 8;

  explicit digit_block(char const* at) noexcept {
    if constexpr (std::endian::native == std::endian::little) {
      std::uint64_t bytes;
      std::memcpy(&bytes, at, sizeof bytes);
      // A digit's byte becomes 0 to 9, of which the high half stays 0 also when 6 is added. What a
      // sum carries over spoils bytes behind the first that is none.
      bytes ^= 0x3030303030303030;
      auto const others = ((bytes + 0x0606060606060606) | bytes) & 0xf0f0f0f0f0f0f0f0;
      count_ = static_cast<std::size_t>(std::countr_zero(others)) / 8;
      if (count_ != 0) value_ = number(bytes << (64 - 8 * count_));
    } else {
      for (; count_ < size && at[count_] >= '0' && at[count_] <= '9'; ++count_) {
        value_ = value_ * 10 + static_cast<std::uint64_t>(at[count_] - '0');
      }
    }
  }

  std::size_t count() const noexcept { return count_; }

  /// `before` with these digits behind its own.
  std::uint64_t append_to(std::uint64_t before) const noexcept {
    static constexpr std::array<std::uint64_t, size + 1> powers{
        1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};
    return before * powers[count_] + value_;
  }

 private:
  /// Of eight bytes from 0 to 9: pairs, then fours, then all, each by a multiplication.
  static std::uint64_t number(std::uint64_t bytes) noexcept {
    bytes = bytes * (10 * 256 + 1) >> 8;
    bytes = (bytes & 0x00ff00ff00ff00ff) * (100 * 65536 + 1) >> 16;
    return (bytes & 0x0000ffff0000ffff) * (10000 * 4294967296 + 1) >> 32;
  }

  std::uint64_t value_ = 0;
  std::size_t count_ = 0;
};

}  // namespace simruns::detail
