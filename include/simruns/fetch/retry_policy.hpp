#pragma once

#include "simruns/error.hpp"
#include "simruns/request/http_message.hpp"
#include "simruns/text/http_date.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace simruns {

/// Whether a failed attempt is worth another one: a connection that could not be made, broke or
/// took too long, an answer that ended early, or a status that says "later". Never a certificate, a
/// page that cannot be decoded, a limit, a redirect.
/// `server_errors`: whether a plain 500 counts, too.
inline bool is_retried(request_failure const& failure, bool server_errors) noexcept {
  if (failure.code == errc::truncated) return true;
  switch (failure.status) {
    case 0:
      return failure.code == errc::connect || failure.code == errc::transport ||
             failure.code == errc::timeout;
    case 408:
    case 425:
    case 429:
    case 502:
    case 503:
    case 504:
      return true;
    case 500:
      return server_errors;
    default:
      return false;
  }
}

/// The pause before retry number `retry`, counted from 0: exponential backoff with full jitter,
/// `fraction * min(cap, base * 2^retry)`. `fraction`: uniform in [0, 1).
/// Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
inline std::chrono::milliseconds backoff(int retry, std::chrono::milliseconds base,
                                         std::chrono::milliseconds cap, double fraction) noexcept {
  // In doubles nothing overflows: 2^1000 is still one.
  double most = static_cast<double>(base.count());
  for (int i = 0; i < retry && most < static_cast<double>(cap.count()); ++i) most *= 2;
  most = std::min(most, static_cast<double>(cap.count()));
  return std::chrono::milliseconds(static_cast<std::int64_t>(fraction * most));
}

/// How long an answer asks to wait: `Retry-After`, in seconds or as a date, which is compared with
/// the answer's own `Date` where it has one, else with `now`. A moment that has passed is no wait.
/// Nothing, where it does not say, or not in a form that RFC 9110 knows.
inline std::optional<std::chrono::seconds> retry_after(
    http_response const& response,
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now()) {
  using std::chrono::seconds;
  static constexpr seconds longest{std::numeric_limits<std::int32_t>::max()};
  std::string_view const text = response.header("Retry-After");
  if (text.empty()) return std::nullopt;
  if (text.find_first_not_of("0123456789") == text.npos) {
    auto const value = detail::parse_integer<std::int64_t>(text);
    if (!value || *value > longest.count()) return longest;
    return seconds(*value);
  }
  auto const until = detail::parse_http_date(text);
  if (!until) return std::nullopt;
  auto const said = detail::parse_http_date(response.header("Date"));
  auto const from = said ? *said : std::chrono::floor<seconds>(now);
  return std::clamp(seconds(*until - from), seconds(0), longest);
}

/// Keeps many clients from burying a server that is down: each retry costs, each request that
/// succeeds at once earns. Used on the client's strand only.
class retry_budget {
 public:
  /// Whether a retry may be sent; if so, it is paid for.
  bool take(bool after_timeout) noexcept {
    int const cost = after_timeout ? 10 : 5;
    if (left_ < cost) return false;
    left_ -= cost;
    return true;
  }

  /// A request succeeded by its first attempt.
  void earn() noexcept { left_ = std::min(left_ + 1, full); }

  int left() const noexcept { return left_; }

 private:
  static constexpr int full = 500;
  int left_ = full;
};

}  // namespace simruns
