#pragma once

#include "simruns/config.hpp"
#include "simruns/fetch/redaction.hpp"
#include "simruns/text/strike_out.hpp"

#include <cstddef>
#include <utility>

namespace simruns::detail {

/// Adds a value behind those that are longer: what holds another is struck out first. There are
/// few.
SIMRUNS_INLINE void add(std::string_view value, std::vector<std::string>& to) {
  auto at = to.begin();
  while (at != to.end() && at->size() >= value.size()) ++at;
  to.emplace(at, value);
}

/// Adds the parts of a value that may be secrets by themselves: in `session=abc; theme=dark`, and
/// in `Bearer abc`, a server may repeat one without the others. A short one is a word.
SIMRUNS_INLINE void add_parts(std::string_view value, std::vector<std::string>& to) {
  static constexpr std::size_t shortest = 8;
  static constexpr std::string_view between = " \t;,=\"";
  while (!value.empty()) {
    auto const part = value.substr(0, value.find_first_of(between));
    if (part.size() >= shortest) add(part, to);
    value.remove_prefix(part.size() + (part.size() < value.size() ? 1 : 0));
  }
}

SIMRUNS_INLINE redaction::redaction(simruns::credentials credentials, http_headers const& headers)
    : credentials_(std::move(credentials)) {
  for (auto const& [name, value] : headers) {
    add(value, values_);
    add_parts(value, values_);
  }
}

SIMRUNS_INLINE std::string redaction::operator()(std::string_view text) const {
  auto out = credentials_.redact(text);
  for (auto const& value : values_) out = strike_out(out, value);
  return out;
}

}  // namespace simruns::detail
