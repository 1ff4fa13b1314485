#pragma once

#include "simruns/json/blocks.hpp"
#include "simruns/text/arena.hpp"
#include "simruns/text/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace simruns::detail {

inline std::uint32_t hex_unit(char const* at) noexcept {
  std::uint32_t unit = 0;
  for (int i = 0; i < 4; ++i) {
    auto const c = static_cast<unsigned char>(at[i]);
    unit = unit << 4 | (c <= '9' ? c - '0' : (c | 0x20u) - 'a' + 10u);
  }
  return unit;
}

/// What stands behind a backslash, as the character that is meant.
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

/// Writes what the escape at `at`, a valid one, stands for, and moves behind it. False for half of
/// a surrogate pair, which is no character: U+FFFD takes its place.
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

/// The text of a JSON string that has escapes; it lives in `memory`. `inner` is what stands between
/// its quotes, and valid. `whole` becomes false where half of a surrogate pair was replaced.
inline std::string_view unescape(std::string_view inner, arena& memory, bool& whole) {
  // No escape is shorter than what it stands for; blocks may be written past the end.
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
