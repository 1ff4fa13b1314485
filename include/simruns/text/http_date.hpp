#pragma once

#include "simruns/text/date_time.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string_view>

/// The three forms of a date in HTTP (RFC 9110, 5.6.7). The day of the week is not compared.
namespace simruns::detail {

using seconds_point = std::chrono::sys_seconds;

inline std::optional<std::chrono::month> take_month(std::string_view& text) {
  static constexpr std::array<std::string_view, 12> names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (unsigned i = 0; i < names.size(); ++i) {
    if (!text.starts_with(names[i])) continue;
    text.remove_prefix(names[i].size());
    return std::chrono::month{i + 1};
  }
  return std::nullopt;
}

inline std::optional<seconds_point> moment_of(std::optional<int> year,
                                              std::optional<std::chrono::month> month,
                                              std::optional<int> day,
                                              std::optional<day_time> clock) {
  using namespace std::chrono;
  if (!year || !month || !day || !clock) return std::nullopt;
  year_month_day const date{std::chrono::year{*year}, *month,
                            std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date} + clock->since_midnight();
}

/// `06 Nov 1994 08:49:37 GMT`, or of RFC 850 `06-Nov-94 08:49:37 GMT`, behind the weekday.
inline std::optional<seconds_point> date_with_comma(std::string_view text) {
  bool const two_digits = text.size() > 6 && text[2] == '-';
  std::string_view const between = two_digits ? "-" : " ";
  auto const day = take_digits(text, 2, 1, 31);
  if (!take(text, between)) return std::nullopt;
  auto const month = take_month(text);
  if (!take(text, between)) return std::nullopt;
  auto year = two_digits ? take_digits(text, 2, 0, 99) : take_digits(text, 4, 0, 9999);
  // Two digits are of 1970 to 2069: no server runs that would say more.
  if (two_digits && year) *year += *year < 70 ? 2000 : 1900;
  if (!take(text, " ")) return std::nullopt;
  auto const clock = take_day_time(text);
  if (text != " GMT" && text != " UTC") return std::nullopt;
  return moment_of(year, month, day, clock);
}

/// `Nov  6 08:49:37 1994`, behind the weekday: C's `asctime`.
inline std::optional<seconds_point> date_of_asctime(std::string_view text) {
  auto const month = take_month(text);
  if (!take(text, " ")) return std::nullopt;
  bool const one_digit = take(text, " ");
  auto const day = take_digits(text, one_digit ? 1 : 2, 1, 31);
  if (!take(text, " ")) return std::nullopt;
  auto const clock = take_day_time(text);
  if (!take(text, " ")) return std::nullopt;
  auto const year = take_digits(text, 4, 0, 9999);
  if (!text.empty()) return std::nullopt;
  return moment_of(year, month, day, clock);
}

inline std::optional<seconds_point> parse_http_date(std::string_view text) {
  auto const comma = text.find(", ");
  if (comma != text.npos && comma >= 3) return date_with_comma(text.substr(comma + 2));
  if (text.size() < 5 || text[3] != ' ') return std::nullopt;
  return date_of_asctime(text.substr(4));
}

}  // namespace simruns::detail
