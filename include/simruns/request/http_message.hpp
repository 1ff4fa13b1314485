#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns {

using http_headers = std::vector<std::pair<std::string, std::string>>;

/// ASCII case apart, as header names compare.
inline bool same_header(std::string_view a, std::string_view b) noexcept {
  auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

/// A GET, ready to be sent.
struct http_request {
  std::string host;  ///< To connect to.
  std::uint16_t port = 0;
  bool tls = true;
  std::string target;    ///< Path and query, percent-encoded.
  http_headers headers;  ///< `Host` among them. May hold a credential: never logged.
  /// The transport may ask for gzip, by an `Accept-Encoding` of its own; it then unpacks the
  /// answer.
  bool gzip = false;

  http_request() = default;
};

/// An answer, whole.
struct http_response {
  int status = 0;
  http_headers headers;
  std::string body;  ///< Unpacked, whatever `Content-Encoding` says.
  /// False: the body ended with the connection, so that nothing but its own text shows it whole.
  bool length_known = true;
  std::chrono::milliseconds waited{};  ///< For a connection, before the request was sent.

  http_response() = default;
  http_response(int code, std::string content) : status(code), body(std::move(content)) {}

  /// The first header of that name, or nothing.
  std::string_view header(std::string_view name) const noexcept {
    for (auto const& [key, value] : headers) {
      if (same_header(key, name)) return value;
    }
    return {};
  }
};

/// What one attempt may take.
struct attempt_limits {
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds attempt_timeout{30'000};
  std::uint32_t max_header_bytes = 64 * 1024;
  std::uint64_t max_body_bytes = std::uint64_t{32} << 20;       ///< As they come, packed or not.
  std::uint64_t max_inflated_bytes = std::uint64_t{128} << 20;  ///< Of a body that came packed.

  attempt_limits() = default;
};

}  // namespace simruns
