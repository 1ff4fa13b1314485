#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/serve/detail/gzip.hpp"

#include <boost/beast/core/string.hpp>
#include <zlib.h>

#include <algorithm>
#include <new>
#include <string>
#include <string_view>

namespace simruns::simulator::detail {

SIMRUNS_INLINE std::string gzip(std::string_view text) {
  z_stream stream{};
  static constexpr int gzip_window = 15 + 16;  // 32 KiB, and a gzip head
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  int const ended = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (ended != Z_STREAM_END) throw std::bad_alloc();
  return out;
}

SIMRUNS_INLINE bool asks_for_gzip(std::string_view accept) {
  while (!accept.empty()) {
    auto const comma = std::min(accept.find(','), accept.size());
    auto item = accept.substr(0, comma);
    accept.remove_prefix(std::min(comma + 1, accept.size()));
    auto const trim = [](std::string_view text) {
      auto const first = text.find_first_not_of(" \t");
      if (first == text.npos) return std::string_view{};
      return text.substr(first, text.find_last_not_of(" \t") - first + 1);
    };
    auto const semicolon = std::min(item.find(';'), item.size());
    auto const name = trim(item.substr(0, semicolon));
    if (!boost::beast::iequals({name.data(), name.size()}, "gzip")) continue;
    auto const weight = trim(item.substr(std::min(semicolon + 1, item.size())));
    return weight.find_first_of("123456789") != weight.npos || weight.empty();
  }
  return false;
}

}  // namespace simruns::simulator::detail
