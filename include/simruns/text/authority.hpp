#pragma once

#include "simruns/config.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simruns::detail {

/// The part `host[:port]` of a URL.
struct authority {
  /// In lower case, without the brackets of an IPv6 address. The zone of one follows a `%`, as it
  /// stands: the names of interfaces know capital letters.
  std::string host;
  std::optional<std::uint16_t> port;  ///< Empty where the text names none.
  std::string_view fault;             ///< Why the text is no authority. Empty if it is one.
};

/// Whether a URL may hold this character at all: printable ASCII other than the space.
constexpr bool is_url_character(char c) noexcept {
  return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f;
}

/// Returns `text` with small letters for the capital ones of ASCII: schemes and hosts are the same
/// either way.
std::string lower_case(std::string_view text);

authority read_authority(std::string_view text);

/// Returns `host` without the zone of an IPv6 address, which means something to this machine only.
std::string_view without_zone(std::string_view host) noexcept;

/// Puts an IPv6 address into the brackets that it has before a port, without its zone, for others
/// to read; returns any other host as it is.
std::string bracketed(std::string const& host);

/// The same with the zone, as it stands in a URL (RFC 6874).
std::string url_host(std::string const& host);

/// Whether a name is `localhost` or below it: such a name is of this machine, whatever the system
/// knows (RFC 6761, 6.3).
bool is_localhost(std::string_view host) noexcept;

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/text/impl/authority.ipp"
#endif
