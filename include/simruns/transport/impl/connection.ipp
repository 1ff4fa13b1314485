#pragma once

#include "simruns/config.hpp"
#include "simruns/transport/detail/connection.hpp"
#include "simruns/transport/detail/stream_deadline.hpp"
#include "simruns/transport/detail/translate.hpp"

namespace simruns {

SIMRUNS_INLINE boost::asio::awaitable<void> connection::connect(
    std::string host, std::uint16_t port, std::shared_ptr<connect_options const> how,
    deadline until) {
  how_ = std::move(how);
  auto const& proxy = how_->proxy;
  auto const first_host = proxy ? proxy->host() : host;
  auto const first_port = proxy ? proxy->port() : port;
  auto const to = (proxy ? "the proxy " : "") + first_host + " port " + std::to_string(first_port);
  auto found = co_await resolve(how_->lookup, first_host, first_port, until);
  auto socket = co_await connect_addresses(std::move(found), to, until);
  tcp_.socket() = std::move(socket);
  tcp_.expires_at(until);
  error_code ignored;
  tcp_.socket().set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  if (proxy) co_await open_tunnel(tcp_, *proxy, host, port);
  if (how_->tls) co_await handshake(host);
}

SIMRUNS_INLINE boost::asio::awaitable<void> connection::handshake(std::string host) {
  namespace asio = boost::asio;
  tls_.emplace(tcp_, *how_->tls);
  expect_host(*tls_, host);
  error_code failed;
  co_await tls_->async_handshake(asio::ssl::stream_base::client,
                                 asio::redirect_error(asio::use_awaitable, failed));
  if (failed) {
    bool const ended = failed == asio::error::eof || failed == asio::ssl::error::stream_truncated;
    if (ended) failed = asio::error::eof;
    bool const broken = ended || failed == asio::error::connection_reset;
    throw_translated(failed, broken ? errc::transport : errc::tls,
                     describe_tls_failure(*tls_, host, failed, how_->own_authorities));
  }
}

SIMRUNS_INLINE boost::asio::awaitable<http_response> connection::exchange(http_request request,
                                                                          attempt_limits limits,
                                                                          deadline until) {
  reusable_ = false;
  answered_ = false;
  stream_deadline const limit(tcp_, until);
  std::string text = "GET " + request.target + " HTTP/1.1\r\n";
  for (auto const& [name, value] : request.headers) text += name + ": " + value + "\r\n";
  text += request.gzip ? "Accept-Encoding: gzip\r\n\r\n" : "Accept-Encoding: identity\r\n\r\n";
  auto const unsent = co_await send(std::move(text));
  if (unsent) {
    throw_translated(limit.told(unsent), errc::transport, "the request could not be sent");
  }

  answer_reader reader(limits, request.gzip);
  while (!reader.feed(buffer_)) {
    co_await read_some();
    if (!read_error_) {
      // A timer yields to data that is always there.
      if (std::chrono::steady_clock::now() < until) continue;
      throw request_error(errc::timeout, "the answer did not end in time");
    }
    read_error_ = limit.told(read_error_);
    bool const closed = read_error_ == boost::asio::error::eof;
    if (closed || read_error_ == boost::asio::ssl::error::stream_truncated) {
      reader.end(closed);
      break;
    }
    bool const broke = translate(read_error_, errc::transport) == errc::transport;
    if (broke && reader.has_error_status()) break;
    throw_translated(read_error_, errc::transport, "the answer broke off");
  }
  reusable_ = !read_error_ && !limit.passed() && reader.keep_alive() && buffer_.size() == 0;
  co_return reader.take();
}

SIMRUNS_INLINE bool connection::is_quiet() {
  if (!tcp_.socket().is_open() || buffer_.size() != 0) return false;
  if (tls_) {
    // What came with the last answer is within OpenSSL, and no longer at the socket.
    SSL* const handle = tls_->native_handle();
    if (SSL_has_pending(handle) != 0) return false;
    if (BIO_ctrl_pending(SSL_get_rbio(handle)) != 0) return false;
  }
  error_code state;
  tcp_.socket().non_blocking(true, state);
  if (state) return false;
  char byte = 0;
  tcp_.socket().receive(boost::asio::buffer(&byte, 1), boost::asio::socket_base::message_peek,
                        state);
  return state == boost::asio::error::would_block;
}

SIMRUNS_INLINE boost::asio::awaitable<error_code> connection::send(std::string text) {
  namespace asio = boost::asio;
  error_code failed;
  auto const bytes = asio::buffer(text);
  if (tls_) {
    co_await asio::async_write(*tls_, bytes, asio::redirect_error(asio::use_awaitable, failed));
  } else {
    co_await asio::async_write(tcp_, bytes, asio::redirect_error(asio::use_awaitable, failed));
  }
  co_return failed;
}

SIMRUNS_INLINE boost::asio::awaitable<std::size_t> connection::read_some() {
  namespace asio = boost::asio;
  read_error_ = {};
  auto const room = buffer_.prepare(read_bytes);
  std::size_t bytes = 0;
  if (tls_) {
    bytes = co_await tls_->async_read_some(room,
                                           asio::redirect_error(asio::use_awaitable, read_error_));
  } else {
    bytes =
        co_await tcp_.async_read_some(room, asio::redirect_error(asio::use_awaitable, read_error_));
  }
  buffer_.commit(bytes);
  answered_ = answered_ || bytes > 0;
  co_return bytes;
}

}  // namespace simruns
