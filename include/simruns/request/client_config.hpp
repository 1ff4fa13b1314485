#pragma once

#include "simruns/error.hpp"
#include "simruns/request/base_url.hpp"
#include "simruns/request/proxy.hpp"
#include "simruns/request/request_event.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace simruns {

/// So many requests, retries among them, in any stretch of time.
struct request_rate {
  std::size_t requests = 1000;
  std::chrono::milliseconds per{300'000};

  request_rate() = default;
  request_rate(std::size_t r, std::chrono::milliseconds p) : requests(r), per(p) {}
};

/// How a client behaves. The defaults need no reading.
class client_config {
 public:
  /// Throws `request_error` (`errc::invalid_argument`) if `url` is not usable.
  explicit client_config(std::string_view url) : base(url), compression(!base.is_loopback()) {
    if (!base.is_loopback()) request_budget = request_rate();
  }

  base_url base;

  /// Deadline for a connection: lookup, TCP and TLS. Zero: none. Default 10 s.
  std::chrono::milliseconds connect_timeout{10'000};

  /// Deadline for one attempt as a whole, from connect to last byte; a server that sends drop by
  /// drop cannot extend it. Zero: none. Default 30 s.
  std::chrono::milliseconds attempt_timeout{30'000};

  /// Deadline for one page with its attempts and the pauses between them. Waiting for a connection
  /// or for the request budget is not counted. Zero: none. Default 5 min.
  std::chrono::milliseconds operation_timeout{300'000};

  /// Deadline for a whole walk, its consumer's time included. Zero: none. Default: none.
  std::chrono::milliseconds walk_timeout{0};

  /// Attempts for one page, the first included. Default 4.
  int max_attempts = 4;

  /// The pause before retry n, counted from 0, is random, up to `min(backoff_cap, backoff_base *
  /// 2^n)`. Defaults 100 ms and 20 s.
  std::chrono::milliseconds backoff_base{100};
  std::chrono::milliseconds backoff_cap{20'000};

  /// A server that asks for a longer pause fails the operation at once. Default 60 s.
  std::chrono::milliseconds retry_after_cap{60'000};

  /// Whether a status of 500 is tried again, as 502, 503 and 504 are. Default: yes.
  bool retry_server_errors = true;

  /// The rate that the vendor publishes; further requests wait. None: no limit. Default 1,000 in
  /// 300 s, and none where the host is this machine.
  std::optional<request_rate> request_budget;

  /// Whether answers may come as gzip. Default: yes, and no where the host is this machine.
  bool compression;

  /// Bytes of an answer's head, and of the interim ones before it. Default 64 KiB.
  std::uint32_t max_header_bytes = 64 * 1024;

  /// Bytes of an answer's body on the wire. Default 32 MiB.
  std::uint64_t max_body_bytes = std::uint64_t{32} << 20;

  /// Bytes of an answer's body when it is inflated. Default 128 MiB.
  std::uint64_t max_inflated_bytes = std::uint64_t{128} << 20;

  /// Nesting of JSON in a page, 8 to 512. Default 512.
  std::size_t max_json_depth = 512;

  /// Pages of one walk, after which it fails with `errc::too_large`. Default 1,000,000.
  std::uint64_t max_pages = 1'000'000;

  /// Connections at a time, 1 or more; further requests wait for one. Default 8.
  std::size_t connections = 8;

  /// Pages that a generator reads ahead while its consumer works; for one that keeps up with a
  /// settled batch, as many as there are connections. Zero: nothing is sent that was not asked for.
  /// Default 1.
  std::size_t prefetch = 1;

  /// PEM file of the authorities to trust instead of the system's. Default: `SSL_CERT_FILE` of the
  /// environment, else the system's.
  std::string ca_file;

  /// Proxy that opens tunnels to the server. Default: none, whatever the environment says; see
  /// `proxy_from_environment`.
  std::optional<proxy_url> proxy;

  /// Told of every attempt, on the client's strand: for logs and metrics. Holds no credential. Must
  /// be quick; what it throws is dropped.
  std::function<void(request_event const&)> on_event;

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
  require(operation_timeout <= year, "operation_timeout is over a year; give 0 for none");
  require(walk_timeout <= year, "walk_timeout is over a year; give 0 for none");
  require(backoff_base <= year, "backoff_base is over a year");
  require(backoff_cap <= year, "backoff_cap is over a year");
  require(retry_after_cap <= year, "retry_after_cap is over a year");
  require(operation_timeout.count() >= 0, "operation_timeout is negative; give 0 (none) or more");
  require(walk_timeout.count() >= 0, "walk_timeout is negative; give 0 (none) or more");
  require(backoff_base.count() >= 0, "backoff_base is negative; give 0 or more");
  require(backoff_cap.count() >= 0, "backoff_cap is negative; give 0 or more");
  require(retry_after_cap.count() >= 0, "retry_after_cap is negative; give 0 or more");
  require(max_attempts >= 1, "max_attempts is below 1; the first attempt counts");
  require(max_attempts <= 1000, "max_attempts is over 1,000");
  require(!request_budget || request_budget->requests >= 1,
          "request_budget allows no request; give 1 or more, or none for no limit");
  require(!request_budget || request_budget->per.count() >= 1,
          "request_budget is for no time; give a millisecond or more");
  require(!request_budget || request_budget->per <= year, "request_budget is for over a year");
  require(max_inflated_bytes >= 1, "max_inflated_bytes is 0; no answer fits");
  require(max_header_bytes >= 256, "max_header_bytes is below 256; no answer fits");
  require(max_body_bytes >= 1, "max_body_bytes is 0; no answer fits");
  require(max_json_depth >= 8, "max_json_depth is below 8; a page is nested deeper");
  require(max_json_depth <= 512, "max_json_depth is above 512; a small stack would not hold it");
  require(max_pages >= 1, "max_pages is 0; give 1 or more");
  require(connections >= 1, "connections is 0; give 1 or more");
}

}  // namespace simruns
