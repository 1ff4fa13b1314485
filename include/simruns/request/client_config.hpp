#pragma once

#include "simruns/config.hpp"
#include "simruns/request/base_url.hpp"
#include "simruns/request/http_message.hpp"
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

/// The most requests that may be sent in any stretch of time of a given length. A retry counts as a
/// request.
struct request_rate {
  std::size_t requests = 1000;             ///< Requests, 1 or more. Default 1,000.
  std::chrono::milliseconds per{300'000};  ///< The stretch, 1 ms to a year. Default 5 min.

  request_rate() = default;
  request_rate(std::size_t r, std::chrono::milliseconds p) : requests(r), per(p) {}
};

/// How a client behaves. Only the URL must be given; the defaults are fit for the vendor's API. No
/// time may be negative or longer than a year.
class client_config {
 public:
  /// Throws `request_error` (`errc::invalid_argument`) if `url` is not usable.
  explicit client_config(std::string_view url);

  /// The address of the API.
  base_url base;

  /// Deadline for a connection: lookup, TCP and TLS. Zero: none. Default 10 s.
  std::chrono::milliseconds connect_timeout{10'000};

  /// Deadline for one attempt as a whole, from connect to last byte. A server that sends drop by
  /// drop cannot extend it. Zero: none. Default 30 s.
  std::chrono::milliseconds attempt_timeout{30'000};

  /// Deadline for one page with its attempts and the pauses between them. Waiting for a connection
  /// or for the request budget does not count. Zero: none. Default 5 min.
  std::chrono::milliseconds operation_timeout{300'000};

  /// Deadline for a whole walk. The time that its consumer takes counts. Zero: none. Default zero.
  std::chrono::milliseconds walk_timeout{0};

  /// Attempts for one page, 1 to 1,000. The first one counts. Default 4.
  int max_attempts = 4;

  /// The longest pause before the first retry. It doubles with every further retry, up to
  /// `backoff_cap`; the pause itself is random, from zero to that. Zero: no pause. Default 100 ms.
  std::chrono::milliseconds backoff_base{100};

  /// The bound of the pause before a retry. Zero: no pause. Default 20 s.
  std::chrono::milliseconds backoff_cap{20'000};

  /// The longest pause that a server may ask for. An operation fails at once if the server asks for
  /// a longer one. Zero: every pause that it asks for is too long. Default 60 s.
  std::chrono::milliseconds retry_after_cap{60'000};

  /// Whether a status of 500 is tried again, as 502, 503 and 504 always are. Default true.
  bool retry_server_errors = true;

  /// The rate at which requests are sent; a request beyond it waits. Empty: no bound. Default
  /// `request_rate()`, the vendor's published limit, and empty if the host is this machine.
  std::optional<request_rate> request_budget;

  /// Whether gzip is asked for. What comes packed so is unpacked in either case. Default true, and
  /// false if the host is this machine.
  bool compression;

  /// Most bytes of a response's head with the interim ones before it, 256 or more. Default 64 KiB.
  std::uint32_t max_header_bytes = 64 * 1024;

  /// Most bytes of a response's body on the wire, 1 or more. Default 32 MiB.
  std::uint64_t max_body_bytes = std::uint64_t{32} << 20;

  /// Most bytes of a response's body once it is unpacked, 1 or more. Default 128 MiB.
  std::uint64_t max_inflated_bytes = std::uint64_t{128} << 20;

  /// Deepest nesting of JSON in a page, 8 to 512. Default 512.
  std::size_t max_json_depth = 512;

  /// Pages of one walk, 1 or more. A walk that goes on behind them fails with `errc::too_large`.
  /// Default 1,000,000.
  std::uint64_t max_pages = 1'000'000;

  /// Connections at a time, 1 or more. A request beyond them waits for one. Default 8.
  std::size_t connections = 8;

  /// Pages that a generator reads ahead while its consumer works, up to 10,000. A consumer that
  /// keeps up with a settled batch gets as many as there are connections. Zero: a page is asked for
  /// only when its first run is. Default 1.
  std::size_t prefetch = 1;

  /// PEM file of the authorities to trust in place of the system's. Empty: the file that
  /// `SSL_CERT_FILE` of the environment names, or else the system's authorities. Default empty.
  std::string ca_file;

  /// The proxy that opens tunnels to the server. Empty: none, whatever the environment says; see
  /// `proxy_from_environment`. Default empty.
  std::optional<proxy_url> proxy;

  /// Sent with each request, beside those of the library, at most 64 headers and 16 KiB; a
  /// `User-Agent` takes the place of the library's. No name may come twice, nor be that of the
  /// credentials or of what the library has to set itself, as `Host` and `Accept`. A value may be a
  /// secret: it is treated as the credentials are, and no proxy is sent it. Default empty.
  http_headers headers;

  /// Called with every event of every attempt, on the client's strand: for logs and metrics. It
  /// must be quick. What it throws is dropped. An event holds no credential. Empty: nothing is
  /// called. Default empty.
  std::function<void(request_event const&)> on_event;

  /// Throws `request_error` (`errc::invalid_argument`) that names the option at fault.
  void check() const;
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/request/impl/client_config.ipp"
#endif
