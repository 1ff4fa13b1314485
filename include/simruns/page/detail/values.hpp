#pragma once

#include "simruns/page/maybe.hpp"
#include "simruns/page/run.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

/// What the values of the server mean, whatever they stand in.
namespace simruns::detail {

/// The bytes of a foreign text that a message shows.
inline constexpr std::size_t most_shown_bytes = 60;

/// The bytes of a path into a body that a message shows: its last key may be any text.
inline constexpr std::size_t most_path_bytes = 200;

/// A time below this is in seconds, else in milliseconds: 1e11 ms is 1973, 1e11 s the year 5138.
inline constexpr std::int64_t first_millisecond_time = 100'000'000'000;

/// Whether milliseconds since 1970 lie in the years 1 to 9999, which all calendars can show.
inline bool is_of_the_calendar(std::int64_t value) noexcept {
  static constexpr std::int64_t first = -62'135'596'800'000;  // 0001-01-01T00:00:00Z
  static constexpr std::int64_t last = 253'402'300'799'999;   // 9999-12-31T23:59:59.999Z
  return value >= first && value <= last;
}

inline maybe<time_point> time_of(std::int64_t value) noexcept {
  if (value < first_millisecond_time && value > -first_millisecond_time) value *= 1000;
  if (!is_of_the_calendar(value)) return {};
  return time_point{std::chrono::milliseconds{value}};
}

}  // namespace simruns::detail
