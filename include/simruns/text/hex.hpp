#pragma once

#include <string_view>

namespace simruns::detail {

/// The digits of base 16, by their values. `upper_hex_digits` is what RFC 3986 wants in escapes.
inline constexpr std::string_view hex_digits = "0123456789abcdef";
inline constexpr std::string_view upper_hex_digits = "0123456789ABCDEF";

/// Returns the value of a digit of either case, and -1 for any other character.
constexpr int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace simruns::detail
