#pragma once

#include "simruns/config.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simruns::detail {

using milliseconds_point = std::chrono::sys_time<std::chrono::milliseconds>;

/// Reads a `date-time` of RFC 3339, the form that the contract names. Digits finer than a
/// millisecond are cut off. The result is empty for any other text.
std::optional<milliseconds_point> parse_date_time(std::string_view text);

/// Reads one of the three forms that a date has in HTTP (RFC 9110, 5.6.7). The day of the week is
/// not compared with the date. The result is empty for any other text.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

/// Writes milliseconds since 1970 as `2025-06-02T09:00:00.000Z`.
std::string iso_time(std::int64_t milliseconds);

/// Writes a moment as HTTP's `Date` header has it: `Sun, 06 Nov 1994 08:49:37 GMT`.
std::string http_date(std::chrono::system_clock::time_point moment);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/text/impl/date_time.ipp"
#endif
