#pragma once

#include "simruns/request/base_url.hpp"
#include "simruns/request/proxy.hpp"
#include "simruns/text/authority.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace simruns {
namespace detail {

/// The first of these variables that is set and not empty, as its name and its value.
inline std::optional<std::pair<std::string, std::string>> first_variable(
    std::initializer_list<char const*> names) {
  for (char const* name : names) {
    char const* const value = std::getenv(name);
    if (value != nullptr && *value != '\0') return std::pair<std::string, std::string>(name, value);
  }
  return std::nullopt;
}

inline bool is_address(std::string_view host) noexcept {
  return host.find(':') != host.npos || host.find_first_not_of("0123456789.") == host.npos;
}

/// Whether one word of NO_PROXY covers the host: the name itself or one below it, an address, and
/// with a port only that one.
inline bool covers(std::string_view word, std::string_view host, std::uint16_t port) {
  while (word.starts_with('.')) word.remove_prefix(1);
  bool const bare_ipv6 = !word.starts_with('[') && std::count(word.begin(), word.end(), ':') > 1;
  auto const named = read_authority(bare_ipv6 ? "[" + std::string(word) + "]" : std::string(word));
  if (!named.wrong.empty() || (named.port && *named.port != port)) return false;
  std::string_view name = named.host;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host == name) return true;
  if (name.empty() || is_address(host) || !host.ends_with(name)) return false;
  return host[host.size() - name.size() - 1] == '.';
}

inline bool is_excepted(std::string_view words, base_url const& base) {
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

/// The proxy that the environment names for `base`, as curl reads it: `https_proxy` or
/// `HTTPS_PROXY`, for `http://` servers only `http_proxy` (a CGI program's caller sets HTTP_PROXY),
/// then `all_proxy` or `ALL_PROXY`; none if `no_proxy` or `NO_PROXY` covers the host. An empty
/// variable is as one that is not set; `http://` may be left out.
/// Throws `request_error` (`errc::invalid_argument`) that names the variable at fault.
inline std::optional<proxy_url> proxy_from_environment(base_url const& base) {
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
