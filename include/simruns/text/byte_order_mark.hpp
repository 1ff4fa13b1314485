#pragma once

#include <string_view>

namespace simruns::detail {

/// What some programs write in front of a text in UTF-8. It is no part of the text.
inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Returns `text` without the byte order mark that it may begin with.
constexpr std::string_view without_byte_order_mark(std::string_view text) noexcept {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  return text;
}

}  // namespace simruns::detail
