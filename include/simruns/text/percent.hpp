#pragma once

#include "simruns/config.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace simruns::detail {

/// Whether RFC 3986, 2.3, calls a character unreserved: it never needs an escape.
constexpr bool is_unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

/// Escapes every byte that is not unreserved. The result is right as a path
/// segment, as a query value and as a part of a position.
std::string percent_encode(std::string_view text);

/// Reverses `percent_encode`. The result is empty if a `%` has no two hexadecimal digits behind it.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/text/impl/percent.ipp"
#endif
