#pragma once

#include "simruns/config.hpp"
#include "simruns/text/date_time.hpp"
#include "simruns/text/parse_integer.hpp"

#include <array>
#include <cstddef>

namespace simruns::detail {

inline constexpr std::array<std::string_view, 12> month_names{
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Takes `digits` digits from the front of `text` if they are there and within the bounds.
SIMRUNS_INLINE std::optional<int> take_digits(std::string_view& text, std::size_t digits, int low,
                                              int high) {
  if (text.size() < digits || text[0] == '-') return std::nullopt;
  auto const value = parse_integer<int>(text.substr(0, digits));
  if (!value || *value < low || *value > high) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

/// Takes one character from the front of `text` if it is among `any_of`.
SIMRUNS_INLINE bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text[0]) == any_of.npos) return false;
  text.remove_prefix(1);
  return true;
}

/// Takes a fraction such as `.123456` from the front of `text`, and returns its thousandths. Finer
/// digits are cut off. Where no fraction is, the result is 0.
SIMRUNS_INLINE std::optional<int> take_fraction(std::string_view& text) {
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

/// Takes `Z`, or an offset such as `+01:00`, and returns the minutes east of UTC.
SIMRUNS_INLINE std::optional<int> take_zone(std::string_view& text) {
  if (take(text, "Zz")) return 0;
  bool const west = text.starts_with('-');
  if (!take(text, "+-")) return std::nullopt;
  auto const hours = take_digits(text, 2, 0, 23);
  if (!hours || !take(text, ":")) return std::nullopt;
  auto const minutes = take_digits(text, 2, 0, 59);
  if (!minutes) return std::nullopt;
  return (west ? -1 : 1) * (*hours * 60 + *minutes);
}

/// A time of day. A leap second is second 60.
struct day_time {
  int hour = 0;
  int minute = 0;
  int second = 0;

  std::chrono::seconds since_midnight() const noexcept {
    return std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second};
  }
};

/// Takes a time such as `08:49:37` from the front of `text`.
SIMRUNS_INLINE std::optional<day_time> take_day_time(std::string_view& text) {
  auto const hour = take_digits(text, 2, 0, 23);
  if (!hour || !take(text, ":")) return std::nullopt;
  auto const minute = take_digits(text, 2, 0, 59);
  if (!minute || !take(text, ":")) return std::nullopt;
  auto const second = take_digits(text, 2, 0, 60);
  if (!second) return std::nullopt;
  return day_time{*hour, *minute, *second};
}

SIMRUNS_INLINE std::optional<milliseconds_point> parse_date_time(std::string_view text) {
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

SIMRUNS_INLINE std::optional<std::chrono::month> take_month(std::string_view& text) {
  for (unsigned i = 0; i < month_names.size(); ++i) {
    if (!text.starts_with(month_names[i])) continue;
    text.remove_prefix(month_names[i].size());
    return std::chrono::month{i + 1};
  }
  return std::nullopt;
}

SIMRUNS_INLINE std::optional<std::chrono::sys_seconds> moment_of(
    std::optional<int> year, std::optional<std::chrono::month> month, std::optional<int> day,
    std::optional<day_time> clock) {
  using namespace std::chrono;
  if (!year || !month || !day || !clock) return std::nullopt;
  year_month_day const date{std::chrono::year{*year}, *month,
                            std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date} + clock->since_midnight();
}

/// Reads what stands behind the weekday in `Sun, 06 Nov 1994 08:49:37 GMT`, or in the form of
/// RFC 850, `Sunday, 06-Nov-94 08:49:37 GMT`.
SIMRUNS_INLINE std::optional<std::chrono::sys_seconds> date_with_comma(std::string_view text) {
  bool const two_digits = text.size() > 6 && text[2] == '-';
  std::string_view const between = two_digits ? "-" : " ";
  auto const day = take_digits(text, 2, 1, 31);
  if (!take(text, between)) return std::nullopt;
  auto const month = take_month(text);
  if (!take(text, between)) return std::nullopt;
  auto year = two_digits ? take_digits(text, 2, 0, 99) : take_digits(text, 4, 0, 9999);
  // Two digits mean a year from 1970 to 2069.
  if (two_digits && year) *year += *year < 70 ? 2000 : 1900;
  if (!take(text, " ")) return std::nullopt;
  auto const clock = take_day_time(text);
  if (text != " GMT" && text != " UTC") return std::nullopt;
  return moment_of(year, month, day, clock);
}

/// Reads what stands behind the weekday in the form of C's `asctime`, `Sun Nov  6 08:49:37 1994`.
SIMRUNS_INLINE std::optional<std::chrono::sys_seconds> date_of_asctime(std::string_view text) {
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

SIMRUNS_INLINE std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) {
  auto const comma = text.find(", ");
  if (comma != text.npos && comma >= 3) return date_with_comma(text.substr(comma + 2));
  if (text.size() < 5 || text[3] != ' ') return std::nullopt;
  return date_of_asctime(text.substr(4));
}

/// Appends `value`, with zeros before it up to `width` digits.
SIMRUNS_INLINE void append_padded(std::string& out, unsigned value, std::size_t width) {
  auto const text = std::to_string(value);
  if (text.size() < width) out.append(width - text.size(), '0');
  out += text;
}

/// Appends `08:49:37`.
template <class Duration>
void append_clock(std::string& out, std::chrono::hh_mm_ss<Duration> const& clock) {
  append_padded(out, static_cast<unsigned>(clock.hours().count()), 2);
  append_padded(out += ':', static_cast<unsigned>(clock.minutes().count()), 2);
  append_padded(out += ':', static_cast<unsigned>(clock.seconds().count()), 2);
}

SIMRUNS_INLINE std::string iso_time(std::int64_t milliseconds) {
  milliseconds_point const time{std::chrono::milliseconds{milliseconds}};
  auto const day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date{day};
  std::chrono::hh_mm_ss const clock{time - day};
  std::string text;
  append_padded(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  append_padded(text += '-', static_cast<unsigned>(date.month()), 2);
  append_padded(text += '-', static_cast<unsigned>(date.day()), 2);
  append_clock(text += 'T', clock);
  append_padded(text += '.', static_cast<unsigned>(clock.subseconds().count()), 3);
  return text += 'Z';
}

SIMRUNS_INLINE std::string http_date(std::chrono::system_clock::time_point moment) {
  static constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed",
                                                            "Thu", "Fri", "Sat"};
  auto const time = std::chrono::floor<std::chrono::seconds>(moment);
  auto const day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date{day};
  std::chrono::hh_mm_ss const clock{time - day};
  std::string out{weekdays[std::chrono::weekday{day}.c_encoding()]};
  append_padded(out += ", ", static_cast<unsigned>(date.day()), 2);
  out.append(" ").append(month_names[static_cast<unsigned>(date.month()) - 1]);
  out.append(" ").append(std::to_string(static_cast<int>(date.year())));
  append_clock(out += ' ', clock);
  return out += " GMT";
}

}  // namespace simruns::detail
