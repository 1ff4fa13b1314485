#pragma once

#include <boost/asio/buffer.hpp>

#include <cstring>

namespace simruns::simulator::detail {

/// Whether what has come of a chunked body is the line of its last chunk, `0\r\n`, and at most one
/// byte more. The shortest end has five bytes, so nothing is lost by waiting; and Beast, given less
/// once it has seen that line, fails an assertion of its own (Boost 1.81, in a build that has
/// them).
inline bool is_begun_last_chunk(boost::asio::const_buffer come) noexcept {
  bool const short_of_an_end = come.size() == 3 || come.size() == 4;
  return short_of_an_end && std::memcmp(come.data(), "0\r\n", 3) == 0;
}

}  // namespace simruns::simulator::detail
