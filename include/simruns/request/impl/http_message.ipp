#pragma once

#include "simruns/config.hpp"
#include "simruns/request/http_message.hpp"

#include <cstddef>

namespace simruns {

SIMRUNS_INLINE bool same_header(std::string_view a, std::string_view b) noexcept {
  auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

SIMRUNS_INLINE std::string_view http_response::header(std::string_view name) const noexcept {
  for (auto const& [key, value] : headers) {
    if (same_header(key, name)) return value;
  }
  return {};
}

}  // namespace simruns
