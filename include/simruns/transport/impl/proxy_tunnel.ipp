#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/text/authority.hpp"
#include "simruns/text/base64.hpp"
#include "simruns/transport/detail/head_reader.hpp"
#include "simruns/transport/detail/proxy_tunnel.hpp"
#include "simruns/transport/detail/response_parser.hpp"
#include "simruns/transport/detail/translate.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

namespace simruns::detail {

SIMRUNS_INLINE std::string connect_request(proxy_url const& proxy, std::string const& host,
                                           std::uint16_t port) {
  auto const to = bracketed(host) + ":" + std::to_string(port);
  auto out = "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n";
  if (auto const& secret = proxy.user_and_password()) {
    out += "Proxy-Authorization: Basic " + base64_encode(*secret) + "\r\n";
  }
  return out + "\r\n";
}

/// What the proxy says in its own words is not repeated: it may say what it was sent.
[[noreturn]] SIMRUNS_INLINE void throw_refused(proxy_url const& proxy, unsigned status) {
  auto message = "the proxy " + proxy.text() + " opens no tunnel: HTTP " + std::to_string(status);
  if (status == 407) {
    message += proxy.user_and_password() ? "; it does not accept this user and password"
                                         : "; give it a user and a password";
  } else if (status == 403 || status == 405) {
    message += "; it does not allow this server or this port";
  } else if (status >= 500) {
    message += "; it does not reach the server";
  }
  throw request_error(errc::connect, std::move(message));
}

/// Reads one head.
SIMRUNS_INLINE boost::asio::awaitable<error_code> read_head(tcp_socket& from,
                                                            response_parser& parser,
                                                            boost::beast::flat_buffer& buffer) {
  static constexpr std::size_t max_head_bytes = 64 * 1024;
  static constexpr std::size_t read_bytes = 4096;
  head_reader head(max_head_bytes);
  int streak = 0;
  error_code failed;
  while (!head.feed(parser, buffer, failed) && !failed) {
    std::size_t got = 0;
    failed = co_await read_some(from, buffer.prepare(read_bytes), got, streak);
    if (failed) break;
    buffer.commit(got);
  }
  co_return failed;
}

SIMRUNS_INLINE boost::asio::awaitable<void> open_tunnel(tcp_socket& through,
                                                        socket_deadline const& limit,
                                                        proxy_url proxy, std::string host,
                                                        std::uint16_t port) {
  static constexpr int max_interim = 16;
  auto const named = "the proxy " + proxy.text();
  auto const text = connect_request(proxy, host, port);
  auto failed = limit.told(co_await write_all(through, text));
  if (failed) throw_translated(failed, errc::connect, named + " could not be asked for a tunnel");

  boost::beast::flat_buffer buffer;
  for (int interim = 0; interim <= max_interim; ++interim) {
    response_parser parser;
    parser.skip(true);  // RFC 9110, 9.3.6: what follows a 200 is the tunnel
    failed = limit.told(co_await read_head(through, parser, buffer));
    if (failed == boost::asio::error::eof) {
      throw_translated(failed, errc::connect, named + " closed without a response");
    }
    if (failed) throw_translated(failed, errc::connect, named + " gave no response that is HTTP");
    auto const status = static_cast<unsigned>(parser.status());
    if (status < 200 && status != 101) continue;
    if (status != 200) throw_refused(proxy, status);
    if (buffer.size() == 0) co_return;
    // Taken for the server's, they would be anything that the proxy likes.
    throw request_error(errc::protocol, named + " sent bytes of its own into the tunnel");
  }
  throw request_error(errc::protocol, named + " sent more than 16 interim responses");
}

}  // namespace simruns::detail
