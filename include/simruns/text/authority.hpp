#pragma once

#include "simruns/config.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simruns::detail {

/// The part `host[:port]` of a URL.
struct authority {
  std::string host;                   ///< In lower case, without the brackets of an IPv6 address.
  std::optional<std::uint16_t> port;  ///< Empty where the text names none.
  std::string_view fault;             ///< Why the text is no authority. Empty if it is one.
};

/// Whether a URL may hold this character at all: printable ASCII other than the space.
constexpr bool is_url_character(char c) noexcept {
  return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f;
}

authority read_authority(std::string_view text);

/// Puts an IPv6 address into the brackets that it has before a port; returns any other host as it
/// is.
std::string bracketed(std::string const& host);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/text/impl/authority.ipp"
#endif
