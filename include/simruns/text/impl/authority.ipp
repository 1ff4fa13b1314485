#pragma once

#include "simruns/config.hpp"
#include "simruns/text/authority.hpp"
#include "simruns/text/parse_integer.hpp"
#include "simruns/text/percent.hpp"

namespace simruns::detail {

SIMRUNS_INLINE std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

/// Returns what stands behind the `%` of an IPv6 address: an escape of that sign itself, as RFC
/// 6874 asks for, or the zone at once, as people write it. Nothing, if no interface has such a
/// name.
SIMRUNS_INLINE std::optional<std::string> read_zone(std::string_view text) {
  bool const escaped = text.size() > 2 && text.starts_with("25");
  auto zone = escaped ? percent_decode(text.substr(2)) : std::string(text);
  if (!zone || zone->empty()) return std::nullopt;
  for (char c : *zone) {
    bool const allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == '~';
    if (!allowed) return std::nullopt;
  }
  return zone;
}

/// Takes an IPv6 address in brackets off the front of `text`. Returns why there is none, or an
/// empty text.
SIMRUNS_INLINE std::string_view take_bracketed(std::string_view& text, std::string& host) {
  auto const close = text.find(']');
  if (close == text.npos) return "the [ of its address is not closed";
  auto const inner = text.substr(1, close - 1);
  auto const percent = inner.find('%');
  auto const address = inner.substr(0, percent);
  if (address.find_first_not_of("0123456789abcdefABCDEF:.") != address.npos ||
      address.find(':') == address.npos) {
    return "the address in brackets is not IPv6";
  }
  host = lower_case(address);
  if (percent != inner.npos) {
    auto const zone = read_zone(inner.substr(percent + 1));
    if (!zone) return "the zone of its address, behind the %, is no name of an interface";
    host += '%' + *zone;
  }
  text.remove_prefix(close + 1);
  return !text.empty() && text[0] != ':' ? "text follows the ] of its address" : "";
}

/// Takes the host off the front of `text`. Returns why there is none, or an empty text.
SIMRUNS_INLINE std::string_view take_host(std::string_view& text, std::string& host) {
  if (text.starts_with('[')) return take_bracketed(text, host);
  auto const colon = text.find(':');
  host = lower_case(text.substr(0, colon));
  text = colon == text.npos ? std::string_view{} : text.substr(colon);
  for (char c : host) {
    bool const allowed =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    if (!allowed) return "its host has a character that no host name has";
  }
  return host.empty() || host.size() > 253 ? "its host is empty or too long" : "";
}

SIMRUNS_INLINE authority read_authority(std::string_view text) {
  authority out;
  out.fault = take_host(text, out.host);
  if (!out.fault.empty() || text.empty()) return out;
  auto const value = parse_integer<std::uint32_t>(text.substr(1));
  if (!value || *value == 0 || *value > 65535) {
    out.fault = "its port is not a number from 1 to 65535";
  } else {
    out.port = static_cast<std::uint16_t>(*value);
  }
  return out;
}

SIMRUNS_INLINE std::string_view without_zone(std::string_view host) noexcept {
  return host.substr(0, host.find('%'));
}

SIMRUNS_INLINE std::string bracketed(std::string const& host) {
  return host.find(':') != host.npos ? "[" + std::string(without_zone(host)) + "]" : host;
}

SIMRUNS_INLINE std::string url_host(std::string const& host) {
  auto const percent = host.find('%');
  if (percent == host.npos) return bracketed(host);
  return "[" + host.substr(0, percent) + "%25" + host.substr(percent + 1) + "]";
}

SIMRUNS_INLINE bool is_localhost(std::string_view host) noexcept {
  static constexpr std::string_view name = "localhost";
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() < name.size()) return false;
  auto const last = host.substr(host.size() - name.size());
  for (std::size_t i = 0; i < name.size(); ++i) {
    if ((last[i] | 0x20) != name[i]) return false;  // of a capital letter, the small one
  }
  return last.size() == host.size() || host[host.size() - last.size() - 1] == '.';
}

}  // namespace simruns::detail
