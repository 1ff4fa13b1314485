#pragma once

#include "fuzz/promise.hpp"
#include "simruns/transport/detail/response_reader.hpp"

#include <boost/asio/buffer.hpp>

#include <algorithm>

namespace fuzz {

/// Any bytes are a response, a part of one, or refused by name, however they are cut. The first
/// byte says how: into so many bytes at once, or, if it is odd, into pieces that each have a byte
/// for their size. Beast's own assertions hold, in a build that has them.
inline void read_any_response(bytes input) {
  recipe from(input);
  auto const way = from.byte();
  auto rest = input.empty() ? input : input.subspan(1);
  simruns::attempt_limits limits;
  limits.max_header_bytes = 4096;
  limits.max_body_bytes = limits.max_inflated_bytes = 64 * 1024;
  simruns::detail::response_reader reader(limits);
  boost::beast::flat_buffer buffer;
  try {
    bool done = false;
    while (!done && !rest.empty()) {
      std::size_t size = 1 + way / 2;
      if (way % 2 == 1) {
        size = rest.front();
        rest = rest.subspan(1);
      }
      size = std::min(size, rest.size());
      auto const room = buffer.prepare(size);
      boost::asio::buffer_copy(room, boost::asio::buffer(rest.data(), size));
      buffer.commit(size);
      rest = rest.subspan(size);
      done = reader.feed(buffer);
    }
    if (!done) reader.end(way % 4 < 2);
    reader.keep_alive();
    auto const response = reader.take();
    promise(response.status >= 100 && response.status <= 999, "a response has a status");
    promise(response.body.size() <= limits.max_inflated_bytes, "a body is within its bound");
  } catch (simruns::request_error const& error) {
    promise(error.code().category() == simruns::simruns_category(), "a refusal has a name");
  }
}

}  // namespace fuzz
