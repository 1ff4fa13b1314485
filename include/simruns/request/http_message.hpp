#pragma once

#include "simruns/config.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns {

/// Names and values, in the order in which they are sent or came.
using http_headers = std::vector<std::pair<std::string, std::string>>;

/// Whether two names of headers are equal, which they are whatever the case of ASCII letters.
bool same_header(std::string_view a, std::string_view b) noexcept;

/// A GET, ready to be sent.
struct http_request {
  std::string host;        ///< The host to connect to, without brackets.
  std::uint16_t port = 0;  ///< The port to connect to.
  bool tls = true;         ///< Whether the connection is TLS. Default true.
  std::string target;      ///< Path and query, percent-encoded.
  http_headers headers;    ///< `Host` is among them. They may hold a credential: never log them.

  /// Whether the transport may ask for gzip by an `Accept-Encoding` of its own. It unpacks what
  /// comes packed so, asked for or not. Default false.
  bool gzip = false;

  http_request() = default;
};

/// A whole response.
struct http_response {
  int status = 0;        ///< The status code.
  http_headers headers;  ///< The headers as they came.
  std::string body;      ///< The body, unpacked, whatever `Content-Encoding` says.

  /// Whether the head told how long the body is. False: the body ended with the connection, and
  /// only its own text shows whether it is whole. Default true.
  bool length_known = true;

  /// The time in which the request waited for a connection before it was sent.
  std::chrono::milliseconds waited{};

  http_response() = default;
  http_response(int code, std::string content) : status(code), body(std::move(content)) {}

  /// Returns the value of the first header of that name. Empty: there is none.
  std::string_view header(std::string_view name) const noexcept;
};

/// What one attempt may take.
struct attempt_limits {
  /// Deadline for the connection: lookup, TCP and TLS. Zero: none. Default 10 s.
  std::chrono::milliseconds connect_timeout{10'000};

  /// Deadline for the attempt as a whole, from connect to last byte. Zero: none. Default 30 s.
  std::chrono::milliseconds attempt_timeout{30'000};

  /// Most bytes of the response's head with the interim ones before it. Default 64 KiB.
  std::uint32_t max_header_bytes = 64 * 1024;

  /// Most bytes of the body as it comes, packed or not. Default 32 MiB.
  std::uint64_t max_body_bytes = std::uint64_t{32} << 20;

  /// Most bytes of the body once it is unpacked. Default 128 MiB.
  std::uint64_t max_inflated_bytes = std::uint64_t{128} << 20;

  attempt_limits() = default;
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/request/impl/http_message.ipp"
#endif
