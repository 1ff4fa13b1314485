#pragma once

#include "simruns/text/parse_integer.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace simruns::detail {

using milliseconds_point = std::chrono::sys_time<std::chrono::milliseconds>;

/// Takes `digits` digits from the front of `text` if they are there and within the bounds.
inline std::optional<int> take_digits(std::string_view& text, std::size_t digits, int low,
                                      int high) {
  if (text.size() < digits || text[0] == '-') return std::nullopt;
  auto const value = parse_integer<int>(text.substr(0, digits));
  if (!value || *value < low || *value > high) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

inline bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text[0]) == any_of.npos) return false;
  text.remove_prefix(1);
  return true;
}

/// The thousandths of a second in `.123456`; finer digits are cut off.
inline std::optional<int> take_fraction(std::string_view& text) {
  if (!take(text, ".,")) return 0;
  int value = 0;
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
    if (digits < 3) value = value * 10 + (text[digits] - '0');
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  for (auto d = digits; d < 3; ++d) value *= 10;
  text.remove_prefix(digits);
  return value;
}

/// Minutes east of UTC.
inline std::optional<int> take_zone(std::string_view& text) {
  if (take(text, "Zz")) return 0;
  bool const west = text.starts_with('-');
  if (!take(text, "+-")) return std::nullopt;
  auto const hours = take_digits(text, 2, 0, 23);
  if (!hours || !take(text, ":")) return std::nullopt;
  auto const minutes = take_digits(text, 2, 0, 59);
  if (!minutes) return std::nullopt;
  return (west ? -1 : 1) * (*hours * 60 + *minutes);
}

/// A time of day; a leap second is the 60th.
struct day_time {
  int hour = 0;
  int minute = 0;
  int second = 0;

  std::chrono::seconds since_midnight() const noexcept {
    return std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second};
  }
};

/// `08:49:37`.
inline std::optional<day_time> take_day_time(std::string_view& text) {
  auto const hour = take_digits(text, 2, 0, 23);
  if (!hour || !take(text, ":")) return std::nullopt;
  auto const minute = take_digits(text, 2, 0, 59);
  if (!minute || !take(text, ":")) return std::nullopt;
  auto const second = take_digits(text, 2, 0, 60);
  if (!second) return std::nullopt;
  return day_time{*hour, *minute, *second};
}

/// RFC 3339 `date-time`, the form that the contract names.
inline std::optional<milliseconds_point> parse_date_time(std::string_view text) {
  using namespace std::chrono;
  auto const y = take_digits(text, 4, 0, 9999);
  if (!y || !take(text, "-")) return std::nullopt;
  auto const m = take_digits(text, 2, 1, 12);
  if (!m || !take(text, "-")) return std::nullopt;
  auto const d = take_digits(text, 2, 1, 31);
  if (!d || !take(text, "Tt ")) return std::nullopt;
  auto const clock = take_day_time(text);
  if (!clock) return std::nullopt;
  auto const thousandths = take_fraction(text);
  auto const zone = take_zone(text);
  year_month_day const date{year{*y}, month{static_cast<unsigned>(*m)},
                            day{static_cast<unsigned>(*d)}};
  if (!thousandths || !zone || !text.empty() || !date.ok()) return std::nullopt;
  auto const moment = sys_days{date} + clock->since_midnight() - minutes{*zone};
  // A leap second is the last of a day, and so runs into the next.
  if (clock->second == 60 && moment != floor<days>(moment)) return std::nullopt;
  return milliseconds_point{moment} + milliseconds{*thousandths};
}

}  // namespace simruns::detail
