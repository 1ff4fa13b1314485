#pragma once

#include "simruns/simulator/answer/answer.hpp"

#include <boost/beast/http/status.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace simruns::simulator {

/// A moment as the `Date` header has it: `Sun, 06 Nov 1994 08:49:37 GMT`.
inline std::string http_date(std::chrono::system_clock::time_point moment) {
  static constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed",
                                                            "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> months{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto const time = std::chrono::floor<std::chrono::seconds>(moment);
  auto const day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date{day};
  std::chrono::hh_mm_ss const clock{time - day};
  auto const two = [](auto value) {
    auto const number = static_cast<int>(value);
    return std::string{number < 10 ? "0" : ""} + std::to_string(number);
  };
  std::string out{weekdays[std::chrono::weekday{day}.c_encoding()]};
  out += ", " + two(static_cast<unsigned>(date.day())) + " ";
  out += months[static_cast<unsigned>(date.month()) - 1];
  out += " " + std::to_string(static_cast<int>(date.year())) + " ";
  out += two(clock.hours().count()) + ":" + two(clock.minutes().count()) + ":";
  return out + two(clock.seconds().count()) + " GMT";
}

/// Whether an answer of this status has a body (RFC 9110).
inline bool has_body(unsigned status) noexcept { return status != 204 && status != 304; }

/// The head of an answer as it is sent, up to and with the empty line. `length`: of the body, as it
/// is to be told.
inline std::string http_head(answer const& reply, bool keep_alive,
                             std::chrono::system_clock::time_point now, std::int64_t length) {
  auto const reason =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(reply.status));
  std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " ";
  head.append(reason.data(), reason.size()).append("\r\nDate: ").append(http_date(now));
  head += "\r\nServer: simruns-simulator\r\nAccess-Control-Allow-Origin: *\r\n";
  head += "Access-Control-Expose-Headers: Retry-After\r\nVary: Accept-Encoding\r\n";
  for (auto const& [name, value] : reply.headers) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (has_body(reply.status)) {
    head.append("Content-Length: ").append(std::to_string(length)).append("\r\n");
  }
  head.append("Connection: ").append(keep_alive ? "keep-alive" : "close").append("\r\n\r\n");
  return head;
}

}  // namespace simruns::simulator
