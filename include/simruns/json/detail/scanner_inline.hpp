#pragma once

#include "simruns/json/scanner.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace simruns::detail {

inline bool json_scanner::pass_key() noexcept {
  json_string ignored;
  if (peek() != '"') return fail();
  return string(ignored) && take(':');
}

inline bool json_scanner::pass_scalar() noexcept {
  json_string text;
  json_number figure;
  switch (*at_) {
    case '"':
      return string(text);
    case 't':
      return word("true");
    case 'f':
      return word("false");
    case 'n':
      return word("null");
    default:
      return number(figure);
  }
}

inline bool json_scanner::value(std::string_view& out, std::size_t depth) noexcept {
  std::array<char, most_json_depth> closers;  // The brackets that are still to come.
  std::size_t open = 0;
  peek();
  char const* const start = at_;
  for (;;) {
    char const first = peek();
    if (first == '{' || first == '[') {
      if (open == depth) return fail(json_fault::too_deep);
      closers[open++] = first == '{' ? '}' : ']';
      ++at_;
      if (peek() != closers[open - 1]) {
        if (first == '{' && !pass_key()) return false;
        continue;
      }
    } else if (!pass_scalar()) {
      return false;
    }
    // Behind a value, or at the end of an empty object or array.
    for (;;) {
      if (open == 0) {
        out = {start, static_cast<std::size_t>(at_ - start)};
        return true;
      }
      char const next = peek();
      if (next != closers[open - 1]) break;
      ++at_;
      --open;
    }
    if (!take(',')) return false;
    if (closers[open - 1] == '}' && !pass_key()) return false;
  }
}

}  // namespace simruns::detail
