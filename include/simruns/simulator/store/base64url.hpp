#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simruns::simulator {

/// RFC 4648, section 5, without padding.
inline std::string base64url_encode(std::string_view bytes) {
  static constexpr char digits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (char const c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6) out += digits[(bits >> (held - 6)) & 63];
  }
  if (held != 0) out += digits[(bits << (6 - held)) & 63];
  return out;
}

/// The reverse of `base64url_encode`; nothing for any other text.
inline std::optional<std::string> base64url_decode(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (char const c : text) {
    std::uint32_t digit = 0;
    if (c >= 'A' && c <= 'Z')
      digit = static_cast<std::uint32_t>(c - 'A');
    else if (c >= 'a' && c <= 'z')
      digit = static_cast<std::uint32_t>(c - 'a' + 26);
    else if (c >= '0' && c <= '9')
      digit = static_cast<std::uint32_t>(c - '0' + 52);
    else if (c == '-')
      digit = 62;
    else if (c == '_')
      digit = 63;
    else
      return std::nullopt;
    bits = (bits << 6) | digit;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>((bits >> held) & 255);
  }
  bool const left_over = held >= 6 || (bits & ((1u << held) - 1)) != 0;
  if (left_over) return std::nullopt;
  return out;
}

}  // namespace simruns::simulator
