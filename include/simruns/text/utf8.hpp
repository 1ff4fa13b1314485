#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace simruns::detail {

/// Returns the bytes of the character at `at`, and 0 if it is not UTF-8 (RFC 3629: no overlong
/// form, no surrogate, nothing above U+10FFFF). Requires: the byte at `at` is not ASCII.
inline std::size_t utf8_character(char const* at, char const* end) noexcept {
  auto const byte = [at](std::size_t i) { return static_cast<unsigned char>(at[i]); };
  auto const left = static_cast<std::size_t>(end - at);
  unsigned const lead = byte(0);
  auto const follows = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  if (lead < 0xe0) return lead >= 0xc2 && left >= 2 && follows(1) ? 2 : 0;
  if (lead < 0xf0) {
    if (left < 3 || !follows(1) || !follows(2)) return 0;
    if (lead == 0xe0 && byte(1) < 0xa0) return 0;
    return lead == 0xed && byte(1) > 0x9f ? 0 : 3;
  }
  if (lead > 0xf4 || left < 4 || !follows(1) || !follows(2) || !follows(3)) return 0;
  if (lead == 0xf0 && byte(1) < 0x90) return 0;
  return lead == 0xf4 && byte(1) > 0x8f ? 0 : 4;
}

/// Whether a character of three bytes in the commonest form stands at `at`, such as those of
/// Chinese and Japanese. Requires: four bytes may be read.
inline bool is_common_three(char const* at) noexcept {
  auto const byte = [at](std::size_t i) { return static_cast<unsigned char>(at[i]); };
  unsigned const lead = byte(0);
  return lead > 0xe0 && lead < 0xed && ((byte(1) ^ 0x80u) | (byte(2) ^ 0x80u)) < 0x40;
}

/// Moves `at` behind the characters beyond ASCII that stand there. The result is false, and `at`
/// the character, if one is not UTF-8.
inline bool pass_utf8(char const*& at, char const* end) noexcept {
  while (at != end && static_cast<unsigned char>(*at) >= 0x80) {
    if (end - at >= 4 && is_common_three(at)) {
      at += 3;
      continue;
    }
    auto const size = utf8_character(at, end);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

/// Gives the text with U+FFFD in place of each byte that is not UTF-8.
inline std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  char const* const end = text.data() + text.size();
  for (char const* at = text.data(); at != end;) {
    bool const plain = static_cast<unsigned char>(*at) < 0x80;
    auto const size = plain ? 1 : utf8_character(at, end);
    if (size == 0) {
      out += "\xef\xbf\xbd";
      ++at;
    } else {
      out.append(at, size);
      at += size;
    }
  }
  return out;
}

/// Writes the bytes of a code point at `out`, and moves `out` behind them.
inline void append_utf8(char*& out, std::uint32_t point) noexcept {
  auto const put = [&out](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xc0 | (point >> 6));
  } else {
    if (point < 0x10000) {
      put(0xe0 | (point >> 12));
    } else {
      put(0xf0 | (point >> 18));
      put(0x80 | ((point >> 12) & 0x3f));
    }
    put(0x80 | ((point >> 6) & 0x3f));
  }
  put(0x80 | (point & 0x3f));
}

}  // namespace simruns::detail
