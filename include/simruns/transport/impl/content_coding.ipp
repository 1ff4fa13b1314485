#pragma once

#include "simruns/config.hpp"
#include "simruns/transport/detail/content_coding.hpp"

#include <array>
#include <string_view>

namespace simruns::detail {

SIMRUNS_INLINE content_coding read_content_coding(http_headers const& headers) {
  static constexpr std::array<std::string_view, 4> usual{"br", "zstd", "deflate", "compress"};
  content_coding out;
  auto const add = [&](std::string_view name) {
    if (name.empty() || same_header(name, "identity")) return;
    if (same_header(name, "gzip") || same_header(name, "x-gzip")) {
      if (out.gzip) out.fault = "the response is packed more than once";
      out.gzip = true;
      return;
    }
    out.fault = "the response is packed in a way that was not asked for";
    for (auto const known : usual) {
      if (same_header(name, known)) out.fault += ": " + std::string(known);
    }
  };
  for (auto const& [key, value] : headers) {
    if (!same_header(key, "Content-Encoding")) continue;
    std::string_view rest = value;
    for (;;) {
      auto const comma = rest.find(',');
      auto name = rest.substr(0, comma);
      while (!name.empty() && (name.front() == ' ' || name.front() == '\t')) name.remove_prefix(1);
      while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
      add(name);
      if (comma == rest.npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return out;
}

}  // namespace simruns::detail
