#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace simruns::detail {

/// Reads the whole of `text` as a number in `base`. The result is empty if it is none, or does not
/// fit.
template <class Integer>
std::optional<Integer> parse_integer(std::string_view text, int base = 10) noexcept {
  Integer value{};
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace simruns::detail
