#pragma once

#include "simruns/config.hpp"
#include "simruns/text/base64.hpp"

#include <cstdint>

namespace simruns::detail {

inline constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
inline constexpr std::string_view base64url_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

SIMRUNS_INLINE std::string encode_in_base_64(std::string_view bytes, std::string_view digits) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  int held = 0;
  for (char const c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6) out += digits[(bits >> (held - 6)) & 63];
  }
  if (held != 0) out += digits[(bits << (6 - held)) & 63];
  return out;
}

SIMRUNS_INLINE std::string base64_encode(std::string_view bytes) {
  auto out = encode_in_base_64(bytes, base64_digits);
  while (out.size() % 4 != 0) out += '=';
  return out;
}

SIMRUNS_INLINE std::string base64url_encode(std::string_view bytes) {
  return encode_in_base_64(bytes, base64url_digits);
}

SIMRUNS_INLINE std::optional<std::string> base64url_decode(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (char const c : text) {
    auto const digit = base64url_digits.find(c);
    if (digit == base64url_digits.npos) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>((bits >> held) & 255);
  }
  bool const left_over = held >= 6 || (bits & ((1u << held) - 1)) != 0;
  if (left_over) return std::nullopt;
  return out;
}

}  // namespace simruns::detail
