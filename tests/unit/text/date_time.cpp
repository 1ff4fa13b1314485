#include "simruns/text/date_time.hpp"

#include "support/catch.hpp"
#include "support/random.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

using simruns::detail::milliseconds_point;
using simruns::detail::parse_date_time;

namespace {

std::optional<std::int64_t> milliseconds(std::string_view text) {
  auto const moment = parse_date_time(text);
  if (!moment) return std::nullopt;
  return moment->time_since_epoch().count();
}

/// `when`, as a clock `zone` minutes east of UTC shows it.
std::string write(milliseconds_point when, int zone) {
  using namespace std::chrono;
  auto const local = when + minutes{zone};
  auto const date = floor<days>(local);
  year_month_day const d{date};
  hh_mm_ss<std::chrono::milliseconds> const t{local - date};
  std::array<char, 64> out{};
  int const size = std::snprintf(
      out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03d%c%02d:%02d",
      static_cast<int>(d.year()), static_cast<unsigned>(d.month()), static_cast<unsigned>(d.day()),
      static_cast<int>(t.hours().count()), static_cast<int>(t.minutes().count()),
      static_cast<int>(t.seconds().count()), static_cast<int>(t.subseconds().count()),
      zone < 0 ? '-' : '+', std::abs(zone) / 60, std::abs(zone) % 60);
  return {out.data(), static_cast<std::size_t>(size)};
}

}  // namespace

TEST_CASE("RFC 3339 moments are read to the millisecond") {
  for (auto const& [text, value] : {
           std::pair<std::string_view, std::int64_t>{"1970-01-01T00:00:00Z", 0},
           {"1970-01-01t00:00:00z", 0},
           {"1970-01-01 00:00:00Z", 0},
           {"1970-01-01T00:00:00.001Z", 1},
           {"1970-01-01T00:00:00.1Z", 100},
           {"1970-01-01T00:00:00.12Z", 120},
           {"1970-01-01T00:00:00.1239Z", 123},
           {"1970-01-01T00:00:00.123456789012345678901234567890Z", 123},
           {"1969-12-31T23:59:59.999Z", -1},
           {"1970-01-01T01:00:00+01:00", 0},
           {"1969-12-31T14:30:00-09:30", 0},
           {"1970-01-01T00:00:00+00:00", 0},
           {"1970-01-01T00:00:00-00:00", 0},
           {"2024-06-10T06:13:20Z", 1'718'000'000'000},
           {"2024-02-29T00:00:00Z", 1'709'164'800'000},
           {"2000-02-29T00:00:00Z", 951'782'400'000},
           {"2016-12-31T23:59:60Z", 1'483'228'800'000},
           {"0000-01-01T00:00:00Z", -62'167'219'200'000},
           {"9999-12-31T23:59:59.999Z", 253'402'300'799'999},
       }) {
    CAPTURE(text);
    CHECK(milliseconds(text) == value);
  }
}

TEST_CASE("what is not a moment is refused") {
  for (std::string_view text : {
           "",
           "Z",
           "2024",
           "2024-06-10",
           "2024-06-10T06:13",
           "2024-06-10T06:13Z",
           "2024-06-10T06:13:20",
           "2024-06-10T06:13:20z ",
           " 2024-06-10T06:13:20Z",
           "2024-06-10T06:13:20.Z",
           "2024-06-10T06:13:20Z0",
           "2024-06-10T06:13:20+1:00",
           "2024-06-10T06:13:20+0100",
           "2024-06-10T06:13:20+01",
           "2024-06-10T06:13:20+24:00",
           "2024-06-10T06:13:20+01:60",
           "2024-06-10T06:13:20+-1:00",
           "2024-13-10T06:13:20Z",
           "2024-00-10T06:13:20Z",
           "2024-06-00T06:13:20Z",
           "2024-06-31T06:13:20Z",
           "2023-02-29T06:13:20Z",
           "1900-02-29T06:13:20Z",
           "2024-06-10T24:00:00Z",
           "2024-06-10T06:60:20Z",
           "2024-06-10T06:13:61Z",
           "24-06-10T06:13:20Z",
           "02024-06-10T06:13:20Z",
           "-024-06-10T06:13:20Z",
           "2024-6-10T06:13:20Z",
           "2024-06-1 T06:13:20Z",
           "2024-06--1T06:13:20Z",
           "2024/06/10T06:13:20Z",
           "2024-06-10X06:13:20Z",
           "2024-06-10T06.13.20Z",
           "Mon, 10 Jun 2024 06:13:20 GMT",
           "1718000000000",
       }) {
    CAPTURE(text);
    CHECK_FALSE(milliseconds(text).has_value());
  }
}

TEST_CASE("all three forms of a date in HTTP are one moment") {
  using simruns::detail::parse_http_date;
  std::chrono::sys_seconds const want{std::chrono::seconds{784'111'777}};
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == want);
  CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == want);
  CHECK(parse_http_date("Sun Nov  6 08:49:37 1994") == want);
  CHECK_FALSE(parse_http_date("Sun, 31 Feb 1994 08:49:37 GMT").has_value());
  CHECK_FALSE(parse_http_date("Sun, 06 Nov 1994 08:49:37").has_value());
  CHECK_FALSE(parse_http_date("").has_value());
}

TEST_CASE("what is written as a date is read as the same one") {
  test::random_source random(6);
  for (int i = 0; i < 2'000; ++i) {
    auto const value = static_cast<std::int64_t>(random.bits() % 250'000'000'000'000u);
    auto const text = simruns::detail::iso_time(value);
    CAPTURE(text);
    REQUIRE(milliseconds(text) == value);
    // The library's clock counts nanoseconds in 64 bits, up to the year 2262.
    std::chrono::sys_seconds const moment{std::chrono::seconds{value % 9'000'000'000}};
    REQUIRE(simruns::detail::parse_http_date(simruns::detail::http_date(moment)) == moment);
  }
  CHECK(simruns::detail::iso_time(1'748'854'800'000) == "2025-06-02T09:00:00.000Z");
  CHECK(simruns::detail::http_date(std::chrono::sys_seconds{std::chrono::seconds{784'111'777}}) ==
        "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_CASE("every millisecond of ten thousand years comes back from every zone") {
  test::random_source random(5);
  for (int i = 0; i < 20'000; ++i) {
    auto const value =
        static_cast<std::int64_t>(random.bits() % 315'000'000'000'000u) - 62'000'000'000'000;
    auto const zone = static_cast<int>(random.below(2 * 1440 - 1)) - 1439;
    auto const text = write(milliseconds_point{std::chrono::milliseconds{value}}, zone);
    CAPTURE(text);
    REQUIRE(milliseconds(text) == value);
  }
}

TEST_CASE("a moment cut or changed at any byte never crashes, and a cut one is never read") {
  std::string_view const text = "2024-06-10T06:13:20.123+01:30";
  for (std::size_t at = 0; at < text.size(); ++at) {
    CHECK_FALSE(milliseconds(text.substr(0, at)).has_value());
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed(text);
      changed[at] = static_cast<char>(byte);
      static_cast<void>(milliseconds(changed));
    }
  }
}
