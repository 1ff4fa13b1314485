#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/request/base_url.hpp"
#include "simruns/request/proxy.hpp"
#include "simruns/text/authority.hpp"
#include "simruns/text/parse_integer.hpp"
#include "simruns/text/percent.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <utility>

namespace simruns {

SIMRUNS_INLINE proxy_url::proxy_url(std::string_view text) {
  static constexpr std::string_view scheme = "http://";
  if (!std::all_of(text.begin(), text.end(), detail::is_url_character)) {
    refuse("it holds a space, a control character or a byte beyond ASCII");
  }
  if (detail::lower_case(text.substr(0, scheme.size())) != scheme) {
    refuse("it must start with http://, over which tunnels are asked for");
  }
  text.remove_prefix(scheme.size());
  if (text.ends_with('/')) text.remove_suffix(1);
  if (text.find_first_of("/?#") != text.npos) refuse("it must end after its port");
  if (auto const at = text.rfind('@'); at != text.npos) {
    read_user(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  auto read = detail::read_authority(text);
  if (!read.fault.empty()) refuse(read.fault);
  host_ = std::move(read.host);
  if (read.port) port_ = *read.port;
}

SIMRUNS_INLINE std::string proxy_url::decode(std::string_view part) {
  auto plain = detail::percent_decode(part);
  if (!plain) refuse("its user or password has a % that starts no escape");
  for (char c : *plain) {
    auto const byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) refuse("its user or password holds a control character");
  }
  return *std::move(plain);
}

SIMRUNS_INLINE void proxy_url::read_user(std::string_view user_info) {
  if (user_info.find('@') != user_info.npos) refuse("an @ in its user or password must be %40");
  auto const colon = user_info.find(':');
  auto const user = decode(user_info.substr(0, colon));
  if (user.empty()) refuse("its user is empty");
  // RFC 7617: the first colon ends the user.
  if (user.find(':') != user.npos) refuse("its user holds a colon");
  secret_ = user + ":" + (colon == user_info.npos ? "" : decode(user_info.substr(colon + 1)));
}

SIMRUNS_INLINE void proxy_url::refuse(std::string_view why) {
  throw request_error(errc::invalid_argument, "the proxy's URL is not usable: " + std::string(why) +
                                                  "; give one such as http://proxy.test:8080");
}

SIMRUNS_INLINE std::string proxy_url::text() const {
  return "http://" + detail::url_host(host_) + ":" + std::to_string(port_);
}

namespace detail {

/// Returns the name and the value of the first of these variables that is set and not empty.
SIMRUNS_INLINE std::optional<std::pair<std::string, std::string>> first_variable(
    std::initializer_list<char const*> names) {
  for (char const* name : names) {
    char const* const value = std::getenv(name);
    if (value != nullptr && *value != '\0') return std::pair<std::string, std::string>(name, value);
  }
  return std::nullopt;
}

SIMRUNS_INLINE bool is_address(std::string_view host) noexcept {
  return host.find(':') != host.npos || host.find_first_not_of("0123456789.") == host.npos;
}

/// Returns the bytes of an IP address: 4, also of an IPv4 address that is written as IPv6, or 16.
/// Empty: the text is no address.
SIMRUNS_INLINE std::string address_bytes(std::string const& text) {
  static constexpr std::string_view v4_as_v6("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  std::string out(4, '\0');
  if (::inet_pton(AF_INET, text.c_str(), out.data()) == 1) return out;
  out.resize(16);
  if (::inet_pton(AF_INET6, text.c_str(), out.data()) != 1) return {};
  return out.starts_with(v4_as_v6) ? out.substr(v4_as_v6.size()) : out;
}

/// Whether the first `bits` of two addresses are the same. Requires that both have as many.
SIMRUNS_INLINE bool same_network(std::string_view a, std::string_view b, std::size_t bits) {
  auto const whole = bits / 8;
  if (a.substr(0, whole) != b.substr(0, whole)) return false;
  if (bits % 8 == 0) return true;
  auto const differing = static_cast<unsigned char>(a[whole] ^ b[whole]);
  return differing >> (8 - bits % 8) == 0;
}

/// Whether a range of addresses, `10.0.0.0/8` or `fd00::/8`, covers an address of so many bytes.
SIMRUNS_INLINE bool range_covers(std::string_view range, std::string_view address) {
  auto const slash = range.find('/');
  auto const bits = parse_integer<std::uint32_t>(range.substr(slash + 1));
  auto network = range.substr(0, slash);
  if (network.starts_with('[') && network.ends_with(']')) {
    network = network.substr(1, network.size() - 2);
  }
  auto const first = address_bytes(std::string(network));
  if (!bits || first.empty() || first.size() != address.size()) return false;
  bool const v4_as_v6 = first.size() == 4 && network.find(':') != network.npos;
  std::size_t const before = v4_as_v6 ? 96 : 0;
  if (*bits < before || *bits - before > first.size() * 8) return false;
  return same_network(first, address, *bits - before);
}

/// Whether one word of NO_PROXY covers the host. A name covers itself and all names below it, an
/// address covers itself however it is written, a range its addresses, and a port narrows a name or
/// an address to that port.
SIMRUNS_INLINE bool covers(std::string_view word, std::string_view host, std::uint16_t port) {
  if (host.ends_with('.')) host.remove_suffix(1);
  auto const address =
      address_bytes(std::string(host.substr(0, host.find('%'))));  // without a zone
  if (word.find('/') != word.npos) return range_covers(word, address);
  while (word.starts_with('.')) word.remove_prefix(1);
  bool const bare_ipv6 = !word.starts_with('[') && std::count(word.begin(), word.end(), ':') > 1;
  auto const named = read_authority(bare_ipv6 ? "[" + std::string(word) + "]" : std::string(word));
  if (!named.fault.empty() || (named.port && *named.port != port)) return false;
  if (!address.empty()) return address == address_bytes(named.host);
  std::string_view name = named.host;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (host == name) return true;
  if (name.empty() || is_address(host) || !host.ends_with(name)) return false;
  return host[host.size() - name.size() - 1] == '.';
}

/// Whether NO_PROXY is `*`, or one of its words covers the server.
SIMRUNS_INLINE bool is_excepted(std::string_view words, base_url const& base) {
  if (words == "*") return true;
  while (!words.empty()) {
    auto const end = words.find_first_of(", \t");
    if (covers(words.substr(0, end), base.host(), base.port())) return true;
    if (end == words.npos) return false;
    words.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace detail

SIMRUNS_INLINE std::optional<proxy_url> proxy_from_environment(base_url const& base) {
  auto named = base.is_https() ? detail::first_variable({"https_proxy", "HTTPS_PROXY"})
                               : detail::first_variable({"http_proxy"});
  if (!named) named = detail::first_variable({"all_proxy", "ALL_PROXY"});
  if (!named) return std::nullopt;
  auto const excepted = detail::first_variable({"no_proxy", "NO_PROXY"});
  if (excepted && detail::is_excepted(excepted->second, base)) return std::nullopt;
  auto const& [name, value] = *named;
  try {
    bool const has_scheme = value.find("://") != value.npos;
    return proxy_url(has_scheme ? value : "http://" + value);
  } catch (request_error const& failed) {
    throw request_error(errc::invalid_argument, name + ": " + failed.failure().message);
  }
}

}  // namespace simruns
