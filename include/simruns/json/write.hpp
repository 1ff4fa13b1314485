#pragma once

#include "simruns/config.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace simruns::detail {

/// How characters beyond ASCII are written: as they are, or as `\uXXXX`. Both are the same JSON.
enum class escaping { minimal, ascii };

constexpr bool needs_escape(char c, escaping how) noexcept {
  auto const byte = static_cast<unsigned char>(c);
  return byte < 0x20 || c == '"' || c == '\\' || (byte >= 0x80 && how == escaping::ascii);
}

/// Takes the first character off `text`, which is valid UTF-8, and returns its escape. The escape
/// lives in `buffer`; the longest is a pair of surrogates.
std::string_view take_escaped(std::string_view& text, std::array<char, 12>& buffer);

/// Writes `text`, which is valid UTF-8, as a JSON string with its quotes. `sink.put` takes the
/// pieces of it.
template <class Sink>
void put_quoted(std::string_view text, Sink& sink, escaping how = escaping::minimal) {
  sink.put("\"");
  for (;;) {
    std::size_t plain = 0;
    while (plain != text.size() && !needs_escape(text[plain], how)) ++plain;
    sink.put(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    std::array<char, 12> buffer;
    sink.put(take_escaped(text, buffer));
  }
  sink.put("\"");
}

/// Appends `text`, which is valid UTF-8, to `out` as a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text, escaping how = escaping::minimal);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/json/impl/write.ipp"
#endif
