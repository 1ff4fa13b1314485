#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/text/excerpt.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace simruns {

SIMRUNS_INLINE client_config::client_config(std::string_view url)
    : base(url), compression(!base.is_loopback()) {
  if (!base.is_loopback()) request_budget = request_rate();
}

namespace detail {

SIMRUNS_INLINE void check_option(bool holds, char const* message) {
  if (!holds) throw request_error(errc::invalid_argument, message);
}

inline constexpr std::chrono::hours longest_option{366 * 24};

SIMRUNS_INLINE void check_times(client_config const& config) {
  check_option(config.connect_timeout <= longest_option,
               "connect_timeout is over a year; give 0 for none");
  check_option(config.attempt_timeout <= longest_option,
               "attempt_timeout is over a year; give 0 for none");
  check_option(config.operation_timeout <= longest_option,
               "operation_timeout is over a year; give 0 for none");
  check_option(config.walk_timeout <= longest_option,
               "walk_timeout is over a year; give 0 for none");
  check_option(config.backoff_base <= longest_option, "backoff_base is over a year");
  check_option(config.backoff_cap <= longest_option, "backoff_cap is over a year");
  check_option(config.retry_after_cap <= longest_option, "retry_after_cap is over a year");
  check_option(config.connect_timeout.count() >= 0,
               "connect_timeout is negative; give 0 (none) or more");
  check_option(config.attempt_timeout.count() >= 0,
               "attempt_timeout is negative; give 0 (none) or more");
  check_option(config.operation_timeout.count() >= 0,
               "operation_timeout is negative; give 0 (none) or more");
  check_option(config.walk_timeout.count() >= 0, "walk_timeout is negative; give 0 (none) or more");
  check_option(config.backoff_base.count() >= 0, "backoff_base is negative; give 0 or more");
  check_option(config.backoff_cap.count() >= 0, "backoff_cap is negative; give 0 or more");
  check_option(config.retry_after_cap.count() >= 0, "retry_after_cap is negative; give 0 or more");
}

SIMRUNS_INLINE void check_budget(request_rate const& budget) {
  check_option(budget.requests >= 1,
               "request_budget allows no request; give 1 or more, or none for no limit");
  check_option(budget.per.count() >= 1,
               "request_budget is for no time; give a millisecond or more");
  check_option(budget.per <= longest_option, "request_budget is for over a year");
}

/// Whether a name is a token, as RFC 9110 (5.1) has it.
SIMRUNS_INLINE bool is_header_name(std::string_view name) noexcept {
  static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  for (char c : name) {
    bool const fine = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      marks.find(c) != marks.npos;
    if (!fine) return false;
  }
  return !name.empty();
}

/// Whether a server gets a value as it is: a server trims the spaces around one.
SIMRUNS_INLINE bool is_header_value(std::string_view value) noexcept {
  if (value.starts_with(' ') || value.ends_with(' ')) return false;
  for (char c : value) {
    if (c < ' ' || c > '~') return false;
  }
  return true;
}

/// Why a header is not for the user to give. Empty: it is.
SIMRUNS_INLINE std::string_view why_reserved(std::string_view name) noexcept {
  for (auto one : {"Authorization", "X-API-Key"}) {
    if (same_header(name, one)) return "which carries the credentials; give them as such";
  }
  for (auto one : {"Proxy-Authorization", "Proxy-Connection"}) {
    if (same_header(name, one))
      return "which is for a proxy; put its password into the proxy's URL";
  }
  static constexpr std::string_view of_the_library[] = {
      "Host",           "Accept",  "Accept-Encoding",   "Connection", "Keep-Alive",
      "Content-Length", "Trailer", "Transfer-Encoding", "Upgrade",    "TE",
      "Expect"};
  for (auto one : of_the_library) {
    if (same_header(name, one)) return "which the library sets itself; leave it out";
  }
  return {};
}

[[noreturn]] SIMRUNS_INLINE void refuse_header(std::string_view name, std::string_view why) {
  throw request_error(errc::invalid_argument,
                      "headers has " + excerpt(name, 60) + ", " + std::string(why));
}

/// No message repeats a value, which may be a secret.
SIMRUNS_INLINE void check_headers(http_headers const& headers) {
  static constexpr std::size_t most = 64;
  static constexpr std::size_t most_bytes = 16 * 1024;
  check_option(headers.size() <= most, "headers has over 64 headers");
  std::size_t bytes = 0;
  for (auto at = headers.begin(); at != headers.end(); ++at) {
    auto const& [name, value] = *at;
    bytes += name.size() + value.size();
    if (!is_header_name(name)) {
      throw request_error(errc::invalid_argument, "headers has the name \"" + excerpt(name, 60) +
                                                      "\"; give letters, digits and - only");
    }
    if (auto const why = why_reserved(name); !why.empty()) refuse_header(name, why);
    if (!is_header_value(value)) {
      refuse_header(name,
                    "whose value has a line break, a space at an end, or a character beyond "
                    "ASCII; was it copied whole?");
    }
    for (auto before = headers.begin(); before != at; ++before) {
      if (same_header(before->first, name)) refuse_header(name, "and has it twice; give it once");
    }
  }
  check_option(bytes <= most_bytes, "headers has over 16 KiB; servers refuse as much");
}

}  // namespace detail

SIMRUNS_INLINE void client_config::check() const {
  using detail::check_option;
  detail::check_times(*this);
  detail::check_headers(headers);
  if (request_budget) detail::check_budget(*request_budget);
  check_option(max_attempts >= 1, "max_attempts is below 1; the first attempt counts");
  check_option(max_attempts <= 1000, "max_attempts is over 1,000");
  check_option(max_header_bytes >= 256, "max_header_bytes is below 256; no response fits");
  check_option(max_body_bytes >= 1, "max_body_bytes is 0; no response fits");
  check_option(max_inflated_bytes >= 1, "max_inflated_bytes is 0; no response fits");
  check_option(max_json_depth >= 8, "max_json_depth is below 8; a page is nested deeper");
  check_option(max_json_depth <= 512,
               "max_json_depth is above 512; a small stack would not hold it");
  check_option(max_pages >= 1, "max_pages is 0; give 1 or more");
  check_option(connections >= 1, "connections is 0; give 1 or more");
  check_option(prefetch <= 10'000, "prefetch is over 10,000 pages; they would have to be held");
}

}  // namespace simruns
