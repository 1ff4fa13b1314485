#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/text/authority.hpp"
#include "simruns/text/base64.hpp"
#include "simruns/transport/detail/proxy_tunnel.hpp"
#include "simruns/transport/detail/translate.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include <cstddef>
#include <memory>
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

SIMRUNS_INLINE boost::asio::awaitable<void> open_tunnel(boost::beast::tcp_stream& through,
                                                        proxy_url proxy, std::string host,
                                                        std::uint16_t port) {
  namespace asio = boost::asio;
  namespace http = boost::beast::http;
  static constexpr std::uint32_t max_head_bytes = 64 * 1024;
  static constexpr std::size_t read_bytes = std::size_t{2} * max_head_bytes;
  static constexpr int max_interim = 16;
  auto const named = "the proxy " + proxy.text();
  auto const text = connect_request(proxy, host, port);
  auto const bytes = asio::buffer(text);
  error_code failed;
  co_await asio::async_write(through, bytes, asio::redirect_error(asio::use_awaitable, failed));
  if (failed) throw_translated(failed, errc::connect, named + " could not be asked for a tunnel");

  boost::beast::flat_buffer buffer(read_bytes);
  for (int interim = 0; interim <= max_interim; ++interim) {
    auto parser = std::make_unique<http::response_parser<http::empty_body>>();
    parser->header_limit(max_head_bytes);
    parser->skip(true);  // RFC 9110, 9.3.6: what follows a 200 is the tunnel
    co_await http::async_read_header(through, buffer, *parser,
                                     asio::redirect_error(asio::use_awaitable, failed));
    bool const ended =
        failed == http::error::end_of_stream || failed == http::error::partial_message;
    if (ended) {
      throw_translated(asio::error::eof, errc::connect, named + " closed without a response");
    }
    if (failed) throw_translated(failed, errc::connect, named + " gave no response that is HTTP");
    auto const status = parser->get().result_int();
    if (status < 200 && status != 101) continue;
    if (status != 200) throw_refused(proxy, status);
    if (buffer.size() == 0) co_return;
    // Taken for the server's, they would be anything that the proxy likes.
    throw request_error(errc::protocol, named + " sent bytes of its own into the tunnel");
  }
  throw request_error(errc::protocol, named + " sent more than 16 interim responses");
}

}  // namespace simruns::detail
