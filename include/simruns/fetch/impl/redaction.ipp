#pragma once

#include "simruns/config.hpp"
#include "simruns/fetch/redaction.hpp"
#include "simruns/text/strike_out.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace simruns::detail {

/// Adds the parts of a value that may be secrets by themselves: in `session=abc; theme=dark`, and
/// in `Bearer abc`, a server may repeat one without the others. A short one is a word.
SIMRUNS_INLINE void add_parts(std::string_view value, std::vector<std::string>& to) {
  static constexpr std::size_t shortest = 8;
  static constexpr std::string_view between = " \t;,=\"";
  while (!value.empty()) {
    auto const part = value.substr(0, value.find_first_of(between));
    if (part.size() >= shortest) to.emplace_back(part);
    value.remove_prefix(std::min(part.size() + 1, value.size()));
  }
}

SIMRUNS_INLINE redaction::redaction(simruns::credentials credentials, http_headers const& headers)
    : credentials_(std::move(credentials)) {
  for (auto const& [name, value] : headers) {
    values_.push_back(value);
    add_parts(value, values_);
  }
  std::ranges::stable_sort(values_, std::ranges::greater(), &std::string::size);
}

SIMRUNS_INLINE std::string redaction::operator()(std::string_view text) const {
  auto out = credentials_.redact(text);
  for (auto const& value : values_) out = strike_out(out, value);
  return out;
}

}  // namespace simruns::detail
