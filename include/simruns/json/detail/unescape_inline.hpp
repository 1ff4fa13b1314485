#pragma once

#include "simruns/json/blocks.hpp"
#include "simruns/json/unescape.hpp"
#include "simruns/text/hex.hpp"
#include "simruns/text/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace simruns::detail {

/// Reads the four digits of a valid `\uXXXX`.
inline std::uint32_t hex_unit(char const* at) noexcept {
  std::uint32_t unit = 0;
  for (int i = 0; i < 4; ++i) {
    unit = unit << 4 | static_cast<std::uint32_t>(hex_value(at[i]));
  }
  return unit;
}

/// Returns the character that a backslash and `kind` stand for.
inline char short_escape(char kind) noexcept {
  switch (kind) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return kind;
  }
}

/// Writes the character that the valid escape at `at` stands for, and moves `at` behind it. The
/// result is false for half of a surrogate pair, which is no character: U+FFFD takes its place.
inline bool unescape_one(char const*& at, char const* end, char*& out) noexcept {
  char const kind = at[1];
  at += 2;
  if (kind != 'u') {
    *out++ = short_escape(kind);
    return true;
  }
  auto point = hex_unit(at);
  at += 4;
  if (point < 0xd800 || point > 0xdfff) {
    append_utf8(out, point);
    return true;
  }
  if (point < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
    auto const low = hex_unit(at + 2);
    if (low >= 0xdc00 && low <= 0xdfff) {
      at += 6;
      append_utf8(out, 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00));
      return true;
    }
  }
  append_utf8(out, 0xfffd);
  return false;
}

inline std::string_view unescape(std::string_view inner, arena& memory, bool& whole) {
  // No escape is shorter than its character; a block may be written past the end of the text.
  auto const room = inner.size() + byte_block::size;
  char* const start = static_cast<char*>(memory.allocate(room, 1));
  char* out = start;
  char const* at = inner.data();
  char const* const end = at + inner.size();
  while (at != end) {
    if (*at == '\\') {
      if (!unescape_one(at, end, out)) whole = false;
    } else if (static_cast<std::size_t>(end - at) >= byte_block::size) {
      byte_block const block(at);
      block.copy_to(out);
      auto const plain = block.first_backslash();
      at += plain;
      out += plain;
    } else {
      *out++ = *at++;
    }
  }
  auto const size = static_cast<std::size_t>(out - start);
  memory.give_back(start + room, room - size);
  return {start, size};
}

}  // namespace simruns::detail
