#pragma once

#include "simruns/config.hpp"
#include "simruns/fetch/redaction.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace simruns::detail {

/// Adds the parts of a value that may be secrets by themselves: in `session=abc; theme=dark`, and
/// in `Bearer abc`, a server may repeat one without the others. A short one is a word.
SIMRUNS_INLINE void add_parts(std::string_view value, std::vector<std::string>& to) {
  static constexpr std::size_t shortest = 8;
  static constexpr std::string_view between = " \t;,=\"";
  while (!value.empty()) {
    auto const part = value.substr(0, value.find_first_of(between));
    if (part.size() >= shortest) to.emplace_back(part);
    value.remove_prefix(part.size() + (part.size() < value.size() ? 1 : 0));
  }
}

SIMRUNS_INLINE redaction::redaction(credentials const& access, http_headers const& headers,
                                    std::optional<proxy_url> const& proxy) {
  std::vector<std::string> secrets;
  auto const value = access.header_value();
  secrets.push_back(value.substr(value.find(' ') + 1));  // a secret holds no space, `Bearer k` does
  for (auto const& [name, text] : headers) {
    secrets.push_back(text);
    add_parts(text, secrets);
  }
  if (proxy && proxy->user_and_password()) {
    auto const& both = *proxy->user_and_password();
    secrets.push_back(both);
    auto const colon = both.find(':');
    if (colon != both.npos) secrets.push_back(both.substr(colon + 1));
  }
  strike_ = shared_redactor(new redactor(secrets));
}

}  // namespace simruns::detail
