#pragma once

#include "fuzz/promise.hpp"
#include "simruns/error.hpp"
#include "simruns/fetch/error_body.hpp"
#include "simruns/query/position.hpp"
#include "simruns/request/base_url.hpp"
#include "simruns/request/proxy.hpp"
#include "simruns/text/date_time.hpp"
#include "simruns/text/redactor.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

/// Short texts from outside: each is refused, or means the same when it is written and read again.
namespace fuzz {

inline void read_base_url(std::string const& text) try {
  simruns::base_url const url(text);
  promise(simruns::base_url(url.text()) == url, "a base URL is its text");
} catch (simruns::request_error const& error) {
  promise(error.code() == simruns::errc::invalid_argument, "a base URL is refused as an argument");
}

inline void read_proxy(std::string const& text) try {
  simruns::proxy_url const url(text);
  simruns::proxy_url const again(url.text());
  promise(again.host() == url.host() && again.port() == url.port(), "a proxy is its text");
} catch (simruns::request_error const& error) {
  promise(error.code() == simruns::errc::invalid_argument, "a proxy is refused as an argument");
}

inline void read_dates(std::string const& text) {
  using namespace simruns::detail;
  if (auto const moment = parse_date_time(text)) {
    auto const year = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(*moment));
    bool const four_digits = int(year.year()) >= 0 && int(year.year()) <= 9999;
    auto const again = parse_date_time(iso_time(moment->time_since_epoch().count()));
    promise(!four_digits || again == moment, "a date-time is its text");
  }
  using std::chrono::system_clock;
  auto const last = std::chrono::floor<std::chrono::seconds>(system_clock::time_point::max());
  auto const moment = parse_http_date(text);
  if (moment && *moment <= last && moment->time_since_epoch().count() >= 0) {
    promise(parse_http_date(http_date(*moment)) == moment, "a date of HTTP is its text");
  }
}

inline void read_position(std::string const& text) {
  if (auto const place = simruns::position::parse(text)) {
    auto const again = simruns::position::parse(place->text());
    promise(again && again->text() == place->text(), "a position is its text");
  }
}

inline void read_error_body(std::string const& text) {
  auto const read = simruns::detail::parse_error_body(text);
  auto const most = std::max<std::size_t>(2 * text.size(), 80);
  for (auto const* part : {&read.message, &read.field, &read.code, &read.trace_id}) {
    promise(part->size() <= most, "an error body says no more than it holds");
  }
}

inline void strike_out(std::string const& text) {
  static constexpr std::size_t size = 12;
  auto const secret = text.substr(0, size);
  if (secret.size() < size) return;
  auto const shown = simruns::detail::redactor({secret})(std::string_view(text).substr(size));
  bool const masked = secret.find('*') != secret.npos;
  promise(masked || shown.find(secret) == shown.npos, "a secret is struck out");
}

inline void read_any_text(bytes input) {
  recipe from(input);
  auto const kind = from.below(6);
  auto const* const first = reinterpret_cast<char const*>(input.data());
  std::string const text(first + (input.empty() ? 0 : 1), first + input.size());
  switch (kind) {
    case 0:
      return read_base_url(text);
    case 1:
      return read_proxy(text);
    case 2:
      return read_dates(text);
    case 3:
      return read_position(text);
    case 4:
      return read_error_body(text);
    default:
      return strike_out(text);
  }
}

}  // namespace fuzz
