#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace simruns::detail {

/// Sixteen bytes of a text, looked at at once where the processor can: x86-64 always can.
class byte_block {
 public:
  static constexpr std::size_t size = 16;

  explicit byte_block(char const* at) noexcept { std::memcpy(&bytes_, at, size); }

  void copy_to(char* out) const noexcept { std::memcpy(out, &bytes_, size); }

#if defined(__SSE2__)
  /// Where the first byte is that needs a closer look in a JSON string: a quote, a backslash, a
  /// control character, one beyond ASCII. `size` if nowhere.
  std::size_t first_special() const noexcept {
    auto const quotes = _mm_cmpeq_epi8(bytes_, _mm_set1_epi8('"'));
    auto const slashes = _mm_cmpeq_epi8(bytes_, _mm_set1_epi8('\\'));
    // Unsigned `byte <= 0x1f`, by the only unsigned comparison there is: a minimum.
    auto const low = _mm_min_epu8(bytes_, _mm_set1_epi8(0x1f));
    auto const controls = _mm_cmpeq_epi8(low, bytes_);
    return first(_mm_or_si128(_mm_or_si128(quotes, slashes), _mm_or_si128(controls, bytes_)));
  }

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

/// Whether two texts of `size` bytes are equal; quicker than a call where they are short.
inline bool same_bytes(char const* a, char const* b, std::size_t size) noexcept {
  auto const differ = [&]<class Word>(Word, std::size_t at) {
    Word x;
    Word y;
    std::memcpy(&x, a + at, sizeof x);
    std::memcpy(&y, b + at, sizeof y);
    return x != y;
  };
  // Words from the start, then the last one, which may overlap the one before it.
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
