#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/request/base_url.hpp"
#include "simruns/text/authority.hpp"
#include "simruns/text/percent.hpp"

#include <utility>

namespace simruns {

SIMRUNS_INLINE base_url::base_url(std::string_view text) {
  for (char c : text) {
    if (!detail::is_url_character(c)) {
      refuse("it holds a space, a control character or a byte beyond ASCII");
    }
  }
  auto const mark = text.find("://");
  auto const scheme = detail::lower_case(text.substr(0, mark));
  if (mark == text.npos || (scheme != "https" && scheme != "http")) {
    refuse("it must start with https:// or http://");
  }
  https_ = scheme == "https";
  port_ = https_ ? 443 : 80;
  text.remove_prefix(mark + 3);
  if (text.find_first_of("?#") != text.npos) refuse("it must end before any ? or #");
  auto const slash = text.find('/');
  read_authority(text.substr(0, slash));
  std::string_view prefix = slash == text.npos ? std::string_view{} : text.substr(slash);
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  check_prefix(prefix);
  prefix_ = prefix;
}

SIMRUNS_INLINE void base_url::refuse(std::string_view why) {
  // The URL itself is not repeated: one with a password in it would end up in a log.
  throw request_error(errc::invalid_argument,
                      "the base URL is not usable: " + std::string(why) +
                          "; give one such as https://api-trial.cognigy.ai/testing");
}

SIMRUNS_INLINE void base_url::read_authority(std::string_view authority) {
  if (authority.find('@') != authority.npos) {
    refuse("it holds a user or a password; give credentials apart from it");
  }
  auto read = detail::read_authority(authority);
  if (!read.fault.empty()) refuse(read.fault);
  host_ = std::move(read.host);
  if (read.port) port_ = *read.port;
}

SIMRUNS_INLINE void base_url::check_prefix(std::string_view prefix) {
  if (prefix.find("//") != prefix.npos) refuse("its path has an empty segment");
  while (!prefix.empty()) {
    prefix.remove_prefix(1);
    auto const segment = prefix.substr(0, prefix.find('/'));
    auto const plain = detail::percent_decode(segment);
    if (!plain) refuse("its path has a % that starts no escape");
    if (plain == "." || plain == "..") refuse("its path has a . or .. segment");
    if (segment.find_first_of("\\\"<>^`{|}") != segment.npos) {
      refuse("its path has a character that needs an escape");
    }
    prefix.remove_prefix(segment.size());
  }
}

SIMRUNS_INLINE std::string base_url::port_suffix() const {
  return port_ == (https_ ? 443 : 80) ? std::string() : ":" + std::to_string(port_);
}

SIMRUNS_INLINE std::string base_url::host_header() const {
  return detail::bracketed(host_) + port_suffix();
}

SIMRUNS_INLINE std::string base_url::text() const {
  return std::string(scheme()) + "://" + detail::url_host(host_) + port_suffix() + path_prefix();
}

SIMRUNS_INLINE bool base_url::is_loopback() const noexcept {
  return detail::is_localhost(host_) || detail::without_zone(host_) == "::1" ||
         (host_.starts_with("127.") && host_.find_first_not_of("0123456789.") == host_.npos);
}

}  // namespace simruns
