#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/detail/hash_text.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"
#include "simruns/simulator/store/detail/cursor.hpp"
#include "simruns/simulator/store/detail/paging.hpp"
#include "simruns/text/base64.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator::detail {

SIMRUNS_INLINE cursor read_sent_cursor(paging const& asked, std::uint64_t query,
                                       std::size_t sort_keys, std::string& text) {
  bool const forward = asked.next.has_value();
  std::string const field = forward ? "next" : "previous";
  auto bytes = simruns::detail::base64url_decode(forward ? *asked.next : *asked.previous);
  if (bytes) {
    text = *std::move(bytes);
    auto const way = forward ? direction::forward : direction::backward;
    if (auto const found = read_cursor(text, query, way, sort_keys)) return *found;
  }
  throw bad_request{field, field +
                               " is not a cursor of this query: take it from the pagination of a "
                               "page of the same path, limit, sort and filters"};
}

SIMRUNS_INLINE std::string sent_cursor(cursor const& at, std::uint64_t query) {
  return simruns::detail::base64url_encode(cursor_text(at, query));
}

SIMRUNS_INLINE std::uint64_t digest_of(std::initializer_list<std::string_view> parts) {
  auto hash = no_text;
  for (auto const part : parts) {
    hash = hash_text(part, hash_text(std::to_string(part.size()) + ":", hash));
  }
  return hash;
}

}  // namespace simruns::simulator::detail
