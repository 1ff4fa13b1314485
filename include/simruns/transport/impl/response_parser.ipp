#pragma once

#include "simruns/config.hpp"
#include "simruns/transport/detail/response_parser.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

namespace simruns::detail {

SIMRUNS_INLINE void response_parser::on_response_impl(int code, text_view, int version,
                                                      error_code&) {
  status_ = code;
  version_ = version;
}

/// As Beast's own fields: each has a bound, and follows the last one of its name.
SIMRUNS_INLINE void response_parser::on_field_impl(boost::beast::http::field, text_view name,
                                                   text_view value, error_code&) {
  static constexpr std::size_t max_length = std::numeric_limits<std::uint16_t>::max() - 2;
  if (name.size() > max_length || value.size() > max_length) {
    throw request_error(errc::too_large, "a header field or a trailer of the response is too long");
  }
  if (head_done_ || ++fields_ > max_fields) return;
  std::string key(name.data(), name.size());
  auto const last = std::find_if(headers_.rbegin(), headers_.rend(),
                                 [&](auto const& one) { return same_header(one.first, key); });
  auto const at = last == headers_.rend() ? headers_.end() : last.base();
  headers_.emplace(at, std::move(key), std::string(value.data(), value.size()));
}

SIMRUNS_INLINE std::size_t response_parser::on_body_impl(text_view body, error_code& failed) {
  failed = sink_.put(std::string_view(body.data(), body.size()));
  return failed ? 0 : body.size();
}

/// The size in as few digits as it needs, and two line ends.
SIMRUNS_INLINE void response_parser::on_chunk_header_impl(std::uint64_t size, text_view,
                                                          error_code&) {
  chunk_left_ = size;
  chunk_bytes_ += 4;
  do ++chunk_bytes_;
  while ((size >>= 4) != 0);
}

}  // namespace simruns::detail
