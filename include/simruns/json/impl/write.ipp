#pragma once

#include "simruns/config.hpp"
#include "simruns/json/write.hpp"
#include "simruns/text/hex.hpp"

#include <cstdint>

namespace simruns::detail {

/// The letter that stands behind the backslash for this character; 0 where only `\uXXXX` does.
SIMRUNS_INLINE char escape_letter(char c) noexcept {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

/// Takes the first character off `text`, which is valid UTF-8, and returns its code point.
SIMRUNS_INLINE std::uint32_t take_code_point(std::string_view& text) noexcept {
  auto const lead = static_cast<unsigned char>(text[0]);
  std::size_t size = 1;
  if (lead >= 0xc0) size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  std::uint32_t point = size == 1 ? lead : lead & (0x7fu >> size);
  for (std::size_t i = 1; i < size && i < text.size(); ++i) {
    point = (point << 6) | (static_cast<unsigned char>(text[i]) & 0x3fu);
  }
  text.remove_prefix(size < text.size() ? size : text.size());
  return point;
}

SIMRUNS_INLINE char* write_code_unit(char* out, std::uint32_t unit) noexcept {
  *out++ = '\\';
  *out++ = 'u';
  for (int shift = 12; shift >= 0; shift -= 4) *out++ = hex_digits[(unit >> shift) & 15];
  return out;
}

SIMRUNS_INLINE std::string_view take_escaped(std::string_view& text, std::array<char, 12>& buffer) {
  if (char const letter = escape_letter(text[0])) {
    text.remove_prefix(1);
    buffer[0] = '\\';
    buffer[1] = letter;
    return {buffer.data(), 2};
  }
  auto const point = take_code_point(text);
  char* end = buffer.data();
  if (point < 0x10000) {
    end = write_code_unit(end, point);
  } else {
    end = write_code_unit(end, 0xd800 + ((point - 0x10000) >> 10));
    end = write_code_unit(end, 0xdc00 + ((point - 0x10000) & 0x3ff));
  }
  return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

SIMRUNS_INLINE void append_json_string(std::string& out, std::string_view text, escaping how) {
  struct string_sink {
    std::string& out;
    void put(std::string_view piece) { out += piece; }
  };
  string_sink sink{out};
  put_quoted(text, sink, how);
}

}  // namespace simruns::detail
