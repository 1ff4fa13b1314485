#pragma once

#include "simruns/config.hpp"
#include "simruns/text/hex.hpp"
#include "simruns/text/percent.hpp"

#include <cstddef>

namespace simruns::detail {

SIMRUNS_INLINE std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    auto const byte = static_cast<unsigned char>(c);
    out += '%';
    out += upper_hex_digits[byte >> 4];
    out += upper_hex_digits[byte & 15];
  }
  return out;
}

SIMRUNS_INLINE std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    int const high = hex_value(text[i + 1]);
    int const low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace simruns::detail
