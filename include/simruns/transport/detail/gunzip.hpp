#pragma once

#include "simruns/error.hpp"

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace simruns::detail {

/// Unpacks gzip (RFC 1952) piece by piece: one member after another, each with its checksum and its
/// length compared.
class gunzip {
 public:
  /// `most`: bytes that may come out. Throws: std::bad_alloc.
  explicit gunzip(std::uint64_t most);
  ~gunzip();
  gunzip(gunzip const&) = delete;
  gunzip& operator=(gunzip const&) = delete;

  /// Appends to `out` what `packed` goes on with. Gives `decode` if it is no gzip, `too_large` if
  /// more than `most` came out, of which `out` then holds no more than one byte too many.
  error_code put(std::string_view packed, std::string& out);

  /// Whether the text may end here: behind a member, and not within one.
  bool whole() const noexcept { return whole_; }

 private:
  int step(std::string& out);

  z_stream stream_{};
  std::uint64_t most_;
  std::uint64_t made_ = 0;
  bool whole_ = false;
  bool more_ = false;  ///< A piece of output was filled: more may wait inside of zlib.
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/gunzip.ipp"
#endif
