#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace simruns::detail {

/// The digits of base 16, by their values. `upper_hex_digits` is what RFC 3986 wants in escapes.
inline constexpr std::string_view hex_digits = "0123456789abcdef";
inline constexpr std::string_view upper_hex_digits = "0123456789ABCDEF";

/// The value of each byte as a digit. A table is quicker than comparisons where a JSON text has
/// many escapes.
inline constexpr auto hex_values = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < 16; ++i) {
    values[static_cast<unsigned char>(hex_digits[i])] = static_cast<std::int8_t>(i);
    values[static_cast<unsigned char>(upper_hex_digits[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}();

/// Returns the value of a digit of either case, and -1 for any other character.
constexpr int hex_value(char c) noexcept { return hex_values[static_cast<unsigned char>(c)]; }

}  // namespace simruns::detail
