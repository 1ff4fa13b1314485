#pragma once

#include <cstdint>
#include <string_view>

namespace simruns::detail {

/// Why a text is not JSON, or not JSON that we read.
enum class json_fault { none, syntax, not_utf8, too_deep };

/// A string as it stands in a text, between its quotes.
struct json_string {
  std::string_view inner;
  bool escaped = false;
};

/// A number as it stands in a text.
struct json_number {
  std::string_view literal;
  std::int64_t value = 0;
  bool plain = false;  ///< At most 18 digits and nothing else but a sign: `value` is it.
};

/// What a value is that begins with this byte.
constexpr std::string_view type_of_value(char first) noexcept {
  switch (first) {
    case '{':
      return "object";
    case '[':
      return "array";
    case '"':
      return "string";
    case 't':
    case 'f':
      return "bool";
    case 'n':
      return "null";
    default:
      return "number";
  }
}

}  // namespace simruns::detail
