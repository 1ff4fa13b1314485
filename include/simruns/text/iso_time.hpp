#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace simruns::simulator {

namespace detail {

inline void append_digits(std::string& out, unsigned value, std::size_t width) {
  auto const text = std::to_string(value);
  if (text.size() < width) out.append(width - text.size(), '0');
  out += text;
}

}  // namespace detail

/// `2025-06-02T09:00:00.000Z`, of milliseconds since 1970.
inline std::string iso_time(std::int64_t milliseconds) {
  std::chrono::sys_time<std::chrono::milliseconds> const time{
      std::chrono::milliseconds{milliseconds}};
  auto const day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date{day};
  std::chrono::hh_mm_ss const clock{time - day};
  std::string text;
  detail::append_digits(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  detail::append_digits(text += '-', static_cast<unsigned>(date.month()), 2);
  detail::append_digits(text += '-', static_cast<unsigned>(date.day()), 2);
  detail::append_digits(text += 'T', static_cast<unsigned>(clock.hours().count()), 2);
  detail::append_digits(text += ':', static_cast<unsigned>(clock.minutes().count()), 2);
  detail::append_digits(text += ':', static_cast<unsigned>(clock.seconds().count()), 2);
  detail::append_digits(text += '.', static_cast<unsigned>(clock.subseconds().count()), 3);
  return text += 'Z';
}

}  // namespace simruns::simulator
