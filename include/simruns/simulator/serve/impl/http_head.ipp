#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/answer/response.hpp"
#include "simruns/simulator/serve/detail/http_head.hpp"
#include "simruns/text/date_time.hpp"

#include <boost/beast/http/status.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace simruns::simulator::detail {

SIMRUNS_INLINE std::string http_head(response const& reply, bool keep_alive,
                                     std::chrono::system_clock::time_point now,
                                     std::int64_t length) {
  auto const reason =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(reply.status));
  std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " ";
  head.append(reason.data(), reason.size())
      .append("\r\nDate: ")
      .append(simruns::detail::http_date(now));
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

}  // namespace simruns::simulator::detail
