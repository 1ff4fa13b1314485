#pragma once

#include "simruns/error.hpp"
#include "simruns/request/base_url.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace simruns {

/// How a client behaves. The defaults need no reading.
class client_config {
 public:
  /// Throws `request_error` (`errc::invalid_argument`) if `url` is not usable.
  explicit client_config(std::string_view url) : base(url) {}

  base_url base;

  /// Deadline for a connection: lookup, TCP and TLS. Zero: none. Default 10 s.
  std::chrono::milliseconds connect_timeout{10'000};

  /// Deadline for one attempt as a whole, from connect to last byte; a server that sends drop by
  /// drop cannot extend it. Zero: none. Default 30 s.
  std::chrono::milliseconds attempt_timeout{30'000};

  /// Bytes of an answer's head. Default 64 KiB.
  std::uint32_t max_header_bytes = 64 * 1024;

  /// Bytes of an answer's body on the wire. Default 32 MiB.
  std::uint64_t max_body_bytes = std::uint64_t{32} << 20;

  /// Nesting of JSON in a page, 8 to 512. Default 512.
  std::size_t max_json_depth = 512;

  /// Pages of one walk, after which it fails with `errc::too_large`. Default 1,000,000.
  std::uint64_t max_pages = 1'000'000;

  /// Connections at a time, 1 or more; further requests wait for one. Default 8.
  std::size_t connections = 8;

  /// Pages that a generator reads ahead while its consumer works. Zero: nothing is sent that was
  /// not asked for. Default 1.
  std::size_t prefetch = 1;

  /// PEM file of the authorities to trust instead of the system's. Default: `SSL_CERT_FILE` of the
  /// environment, else the system's.
  std::string ca_file;

  /// Throws `request_error` (`errc::invalid_argument`) that names the option at fault.
  void check() const;
};

inline void client_config::check() const {
  auto const require = [](bool holds, std::string_view what) {
    if (!holds) throw request_error(errc::invalid_argument, std::string(what));
  };
  static constexpr std::chrono::hours year{366 * 24};
  require(connect_timeout <= year, "connect_timeout is over a year; give 0 for none");
  require(attempt_timeout <= year, "attempt_timeout is over a year; give 0 for none");
  require(prefetch <= 10'000, "prefetch is over 10,000 pages; they would have to be held");
  require(connect_timeout.count() >= 0, "connect_timeout is negative; give 0 (none) or more");
  require(attempt_timeout.count() >= 0, "attempt_timeout is negative; give 0 (none) or more");
  require(max_header_bytes >= 256, "max_header_bytes is below 256; no answer fits");
  require(max_body_bytes >= 1, "max_body_bytes is 0; no answer fits");
  require(max_json_depth >= 8, "max_json_depth is below 8; a page is nested deeper");
  require(max_json_depth <= 512, "max_json_depth is above 512; a small stack would not hold it");
  require(max_pages >= 1, "max_pages is 0; give 1 or more");
  require(connections >= 1, "connections is 0; give 1 or more");
}

}  // namespace simruns
