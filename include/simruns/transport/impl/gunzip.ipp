#pragma once

#include "simruns/config.hpp"
#include "simruns/transport/detail/gunzip.hpp"

#include <algorithm>
#include <array>
#include <new>

namespace simruns::detail {

SIMRUNS_INLINE gunzip::gunzip(std::uint64_t most) : most_(most) {
  static constexpr int gzip_window = 15 + 16;  // 32 KiB, and a gzip head
  if (inflateInit2(&stream_, gzip_window) != Z_OK) throw std::bad_alloc();
}

SIMRUNS_INLINE gunzip::~gunzip() { inflateEnd(&stream_); }

SIMRUNS_INLINE error_code gunzip::put(std::string_view packed, std::string& out) {
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  auto left = packed.size();
  while (left > 0) {
    auto const slice = std::min<std::size_t>(left, std::size_t{1} << 30);  // zlib counts in 32 bits
    stream_.avail_in = static_cast<uInt>(slice);
    left -= slice;
    do {
      if (whole_ && stream_.avail_in == 0) break;
      if (whole_) inflateReset(&stream_);
      whole_ = false;
      auto const state = step(out);
      if (made_ > most_) return make_error_code(errc::too_large);
      if (state == Z_MEM_ERROR) throw std::bad_alloc();
      whole_ = state == Z_STREAM_END;
      bool const goes_on = whole_ || state == Z_OK || state == Z_BUF_ERROR;
      if (!goes_on) return make_error_code(errc::decode);
    } while (stream_.avail_in > 0 || more_);
  }
  return {};
}

/// One piece of output. The limit is seen by one byte beyond it, before more is made.
SIMRUNS_INLINE int gunzip::step(std::string& out) {
  std::array<char, 32 * 1024> piece;
  auto const room = most_ - made_;
  auto const size = room < piece.size() ? static_cast<std::size_t>(room) + 1 : piece.size();
  stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
  stream_.avail_out = static_cast<uInt>(std::min(size, piece.size()));
  auto const asked = stream_.avail_out;
  int const state = inflate(&stream_, Z_NO_FLUSH);
  auto const got = static_cast<std::size_t>(asked - stream_.avail_out);
  more_ = stream_.avail_out == 0 && state == Z_OK;
  made_ += got;
  out.append(piece.data(), got);
  return state;
}

}  // namespace simruns::detail
