#pragma once

#include "simruns/config.hpp"
#include "simruns/text/authority.hpp"
#include "simruns/text/parse_integer.hpp"

namespace simruns::detail {

/// Takes the host off the front of `text`. Returns why there is none, or an empty text.
SIMRUNS_INLINE std::string_view take_host(std::string_view& text, std::string& host) {
  if (text.starts_with('[')) {
    auto const close = text.find(']');
    if (close == text.npos) return "the [ of its address is not closed";
    host = text.substr(1, close - 1);
    if (host.find_first_not_of("0123456789abcdefABCDEF:.") != host.npos ||
        host.find(':') == host.npos) {
      return "the address in brackets is not IPv6";
    }
    text.remove_prefix(close + 1);
    if (!text.empty() && text[0] != ':') return "text follows the ] of its address";
  } else {
    auto const colon = text.find(':');
    host = text.substr(0, colon);
    text = colon == text.npos ? std::string_view{} : text.substr(colon);
    for (char c : host) {
      bool const allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
      if (!allowed) return "its host has a character that no host name has";
    }
  }
  if (host.empty() || host.size() > 253) return "its host is empty or too long";
  for (char& c : host) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return {};
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

SIMRUNS_INLINE std::string bracketed(std::string const& host) {
  return host.find(':') != host.npos ? "[" + host + "]" : host;
}

}  // namespace simruns::detail
