#pragma once

#include "simruns/config.hpp"
#include "simruns/fetch/retry_policy.hpp"
#include "simruns/text/date_time.hpp"
#include "simruns/text/parse_integer.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>

namespace simruns::detail {

SIMRUNS_INLINE bool is_retried(request_failure const& failure, bool server_errors) noexcept {
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

SIMRUNS_INLINE std::chrono::milliseconds backoff(int retry, std::chrono::milliseconds base,
                                                 std::chrono::milliseconds cap,
                                                 double fraction) noexcept {
  // In doubles nothing overflows: 2^1000 is still one.
  double most = static_cast<double>(base.count());
  for (int i = 0; i < retry && most < static_cast<double>(cap.count()); ++i) most *= 2;
  most = std::min(most, static_cast<double>(cap.count()));
  return std::chrono::milliseconds(static_cast<std::int64_t>(fraction * most));
}

inline constexpr std::chrono::seconds longest_pause{std::numeric_limits<std::int32_t>::max()};

/// Seconds as servers write them: RFC 9110 knows digits only, but a sign is met, and a fraction,
/// which is rounded up. The pause that is asked for is kept in either case.
SIMRUNS_INLINE std::optional<std::chrono::seconds> read_seconds(std::string_view text) {
  static constexpr std::string_view digits = "0123456789";
  if (text.starts_with('+')) text.remove_prefix(1);
  auto const whole = text.substr(0, text.find_first_not_of(digits));
  auto fraction = text.substr(whole.size());
  if (fraction.starts_with('.')) fraction.remove_prefix(1);
  if (fraction.find_first_not_of(digits) != fraction.npos) return std::nullopt;
  bool const more = fraction.find_first_not_of('0') != fraction.npos;
  if (whole.empty() && fraction.empty()) return std::nullopt;
  if (whole.empty()) return std::chrono::seconds(more ? 1 : 0);
  auto const value = parse_integer<std::int64_t>(whole);
  if (!value || *value >= longest_pause.count()) return longest_pause;
  return std::chrono::seconds(*value + (more ? 1 : 0));
}

SIMRUNS_INLINE std::optional<std::chrono::seconds> retry_after(
    http_response const& response, std::chrono::system_clock::time_point now) {
  using std::chrono::seconds;
  std::string_view const text = response.header("Retry-After");
  if (auto const time = read_seconds(text)) return time;
  auto const until = parse_http_date(text);
  if (!until) return std::nullopt;
  auto const said = parse_http_date(response.header("Date"));
  auto const from = said ? *said : std::chrono::floor<seconds>(now);
  return std::clamp(seconds(*until - from), seconds(0), longest_pause);
}

}  // namespace simruns::detail
