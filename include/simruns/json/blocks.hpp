#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace simruns::detail {

/// Sixteen bytes of a text, compared at once where the processor can do so; x86-64 always can.
class byte_block {
 public:
  static constexpr std::size_t size = 16;

  explicit byte_block(char const* at) noexcept { std::memcpy(&bytes_, at, size); }

  void copy_to(char* out) const noexcept { std::memcpy(out, &bytes_, size); }

#if defined(__SSE2__)
  /// Returns the index of the first byte that needs a closer look in a JSON string: a quote, a
  /// backslash, a control character or a byte beyond ASCII. Without one the result is `size`.
  std::size_t first_special() const noexcept {
    auto const quotes = _mm_cmpeq_epi8(bytes_, _mm_set1_epi8('"'));
    auto const slashes = _mm_cmpeq_epi8(bytes_, _mm_set1_epi8('\\'));
    // SSE2 has no unsigned comparison: `byte <= 0x1f` is `min(byte, 0x1f) == byte`.
    auto const low = _mm_min_epu8(bytes_, _mm_set1_epi8(0x1f));
    auto const controls = _mm_cmpeq_epi8(low, bytes_);
    return first(_mm_or_si128(_mm_or_si128(quotes, slashes), _mm_or_si128(controls, bytes_)));
  }

  /// Returns the index of the first backslash; without one the result is `size`.
  std::size_t first_backslash() const noexcept {
    return first(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8('\\')));
  }

 private:
  static std::size_t first(__m128i found) noexcept {
    auto const mask = static_cast<std::uint32_t>(_mm_movemask_epi8(found)) | 0x10000u;
    return static_cast<std::size_t>(std::countr_zero(mask));
  }

  __m128i bytes_;
#else
  std::size_t first_special() const noexcept {
    return first([](unsigned char c) { return c == '"' || c == '\\' || c < 0x20 || c >= 0x80; });
  }

  std::size_t first_backslash() const noexcept {
    return first([](unsigned char c) { return c == '\\'; });
  }

 private:
  std::size_t first(auto const& is) const noexcept {
    std::size_t i = 0;
    while (i < size && !is(bytes_[i])) ++i;
    return i;
  }

  unsigned char bytes_[size];
#endif
};

/// Eight bytes of a text, of which the first `count()` are digits: reads those as one number.
class digit_block {
 public:
  static constexpr std::size_t size = 8;

  explicit digit_block(char const* at) noexcept {
    if constexpr (std::endian::native == std::endian::little) {
      std::uint64_t bytes;
      std::memcpy(&bytes, at, sizeof bytes);
      // The byte of a digit becomes 0 to 9, whose high half stays 0 even when 6 is added. A sum
      // that carries over spoils only bytes behind the first one that is no digit.
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

  /// Returns the number whose digits are those of `before`, then these.
  std::uint64_t append_to(std::uint64_t before) const noexcept {
    static constexpr std::array<std::uint64_t, size + 1> powers{
        1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};
    return before * powers[count_] + value_;
  }

 private:
  /// Makes one number of eight bytes from 0 to 9. Each multiplication joins neighbours: to pairs,
  /// to fours, to all eight.
  static std::uint64_t number(std::uint64_t bytes) noexcept {
    bytes = bytes * (10 * 256 + 1) >> 8;
    bytes = (bytes & 0x00ff00ff00ff00ff) * (100 * 65536 + 1) >> 16;
    return (bytes & 0x0000ffff0000ffff) * (10000 * 4294967296 + 1) >> 32;
  }

  std::uint64_t value_ = 0;
  std::size_t count_ = 0;
};

/// Whether two texts of `size` bytes are equal. It is quicker than `memcmp` where they are short.
inline bool same_bytes(char const* a, char const* b, std::size_t size) noexcept {
  auto const differ = [&]<class Word>(Word, std::size_t at) {
    Word x;
    Word y;
    std::memcpy(&x, a + at, sizeof x);
    std::memcpy(&y, b + at, sizeof y);
    return x != y;
  };
  // The last word may overlap the one before it.
  if (size >= 8) {
    for (std::size_t at = 0; at + 8 < size; at += 8) {
      if (differ(std::uint64_t{}, at)) return false;
    }
    return !differ(std::uint64_t{}, size - 8);
  }
  if (size >= 4) return !differ(std::uint32_t{}, 0) && !differ(std::uint32_t{}, size - 4);
  if (size >= 2) return !differ(std::uint16_t{}, 0) && !differ(std::uint16_t{}, size - 2);
  return size == 0 || *a == *b;
}

inline bool same_text(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && same_bytes(a.data(), b.data(), a.size());
}

}  // namespace simruns::detail
