#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace simruns::simulator {

/// Whether text beyond ASCII is written as it is or as `\uXXXX`: both are the same JSON.
enum class escaping { minimal, ascii };

namespace detail {

inline void append_code_unit(std::string& out, std::uint32_t unit) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += "0123456789abcdef"[(unit >> shift) & 15];
}

/// Decodes the UTF-8 sequence at `at`, which is known to be valid, and moves `at` behind it.
inline std::uint32_t take_code_point(std::string_view text, std::size_t& at) {
  auto const lead = static_cast<unsigned char>(text[at++]);
  int const more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  std::uint32_t point = lead & (0x3fu >> more);
  for (int i = 0; i < more && at < text.size(); ++i) {
    point = (point << 6) | (static_cast<unsigned char>(text[at++]) & 0x3fu);
  }
  return point;
}

inline void append_code_point(std::string& out, std::uint32_t point) {
  if (point < 0x10000) return append_code_unit(out, point);
  append_code_unit(out, 0xd800 + ((point - 0x10000) >> 10));
  append_code_unit(out, 0xdc00 + ((point - 0x10000) & 0x3ff));
}

inline bool append_short_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return true;
    case '\\':
      out += "\\\\";
      return true;
    case '\n':
      out += "\\n";
      return true;
    case '\r':
      out += "\\r";
      return true;
    case '\t':
      out += "\\t";
      return true;
    default:
      return false;
  }
}

}  // namespace detail

/// Appends `text`, valid UTF-8, as a JSON string with its quotes.
inline void append_json_string(std::string& out, std::string_view text,
                               escaping how = escaping::minimal) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    auto const byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x80 && how == escaping::ascii) {
      detail::append_code_point(out, detail::take_code_point(text, at));
      continue;
    }
    ++at;
    if (detail::append_short_escape(out, static_cast<char>(byte))) continue;
    if (byte < 0x20) {
      detail::append_code_unit(out, byte);
    } else {
      out += static_cast<char>(byte);
    }
  }
  out += '"';
}

}  // namespace simruns::simulator
