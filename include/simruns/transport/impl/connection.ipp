#pragma once

#include "simruns/config.hpp"
#include "simruns/transport/detail/connect_addresses.hpp"
#include "simruns/transport/detail/connection.hpp"
#include "simruns/transport/detail/proxy_tunnel.hpp"
#include "simruns/transport/detail/resolve.hpp"
#include "simruns/transport/detail/response_reader.hpp"
#include "simruns/transport/detail/tls_failure.hpp"
#include "simruns/transport/detail/translate.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <unistd.h>

#include <utility>

namespace simruns::detail {

SIMRUNS_INLINE connection::connection(boost::asio::any_io_executor const& executor)
    : tcp_(executor),
      process_(::getpid()),
      fork_watch_(boost::asio::query(executor, boost::asio::execution::context), this) {
  buffer_.reserve(read_bytes);
}

/// Closes this process's hold of the socket only, which the parent does not notice.
SIMRUNS_INLINE void connection::forked() {
  lost_by_fork_ = true;
  error_code ignored;
  tcp_.close(ignored);
}

SIMRUNS_INLINE boost::asio::awaitable<void> connection::connect(
    std::string host, std::uint16_t port, std::shared_ptr<connect_options const> how,
    deadline until) {
  how_ = std::move(how);
  auto const& proxy = how_->proxy;
  auto const first_host = proxy ? proxy->host() : host;
  auto const first_port = proxy ? proxy->port() : port;
  auto const to = (proxy ? "the proxy " : "") + first_host + " port " + std::to_string(first_port);
  auto found = co_await resolve(how_->lookup, first_host, first_port, until);
  tcp_ = co_await connect_addresses(std::move(found), to, until);
  error_code ignored;
  tcp_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  tcp_.non_blocking(true);  // as all reads and writes ask for
  socket_deadline const limit(tcp_, until);
  if (proxy) co_await open_tunnel(tcp_, limit, *proxy, host, port);
  if (how_->tls) co_await handshake(host, limit);
}

SIMRUNS_INLINE boost::asio::awaitable<void> connection::handshake(std::string host,
                                                                  socket_deadline const& limit) {
  namespace asio = boost::asio;
  tls_ = std::make_unique<tls_stream>(tcp_, *how_->tls);
  expect_host(tls_->handle(), host);
  auto failed = limit.told(co_await tls_->handshake());
  if (failed) {
    bool const ended = failed == asio::error::eof || failed == asio::ssl::error::stream_truncated;
    if (ended) failed = asio::error::eof;
    bool const broken = ended || failed == asio::error::connection_reset;
    throw_translated(failed, broken ? errc::transport : errc::tls,
                     describe_tls_failure(tls_->handle(), host, failed, how_->trust));
  }
}

SIMRUNS_INLINE boost::asio::awaitable<http_response> connection::exchange(http_request request,
                                                                          attempt_limits limits,
                                                                          deadline begin_until,
                                                                          deadline until) {
  reusable_ = false;
  responded_ = false;
  socket_deadline limit(tcp_, begin_until, until);
  std::string text = "GET " + request.target + " HTTP/1.1\r\n";
  for (auto const& [name, value] : request.headers) text += name + ": " + value + "\r\n";
  text += request.gzip ? "Accept-Encoding: gzip\r\n\r\n" : "Accept-Encoding: identity\r\n\r\n";
  auto failed = co_await send(text);
  if (failed) throw_broken(limit.told(failed), "the request could not be sent");

  sent_ = clock::now();
  response_reader reader(limits);
  while (!reader.feed(buffer_)) {
    failed = co_await read_more(limit);
    if (!failed) {
      // A timer yields to data that is always there.
      if (clock::now() < until) continue;
      throw request_error(errc::timeout, "the response did not end in time");
    }
    failed = limit.told(failed);
    bool const closed = failed == boost::asio::error::eof;
    if (closed || failed == boost::asio::ssl::error::stream_truncated) {
      reader.end(closed);
      break;
    }
    bool const broke = translate(failed, errc::transport) == errc::transport;
    if (broke && reader.has_error_status()) break;
    throw_broken(failed, "the response broke off");
  }
  reusable_ = !failed && !limit.passed() && reader.keep_alive() && buffer_.size() == 0;
  co_return reader.take();
}

SIMRUNS_INLINE bool connection::is_quiet() {
  if (process_ != ::getpid()) return false;
  if (!tcp_.is_open() || buffer_.size() != 0) return false;
  if (tls_) {
    // What came with the last response is within OpenSSL, and no longer at the socket.
    SSL* const handle = tls_->handle();
    if (SSL_has_pending(handle) != 0) return false;
    if (BIO_ctrl_pending(SSL_get_rbio(handle)) != 0) return false;
  }
  error_code state;
  char byte = 0;
  tcp_.receive(boost::asio::buffer(&byte, 1), boost::asio::socket_base::message_peek, state);
  return state == boost::asio::error::would_block;
}

SIMRUNS_INLINE boost::asio::awaitable<error_code> connection::send(std::string_view text) {
  if (tls_) return tls_->write(text);
  return write_all(tcp_, text);
}

SIMRUNS_INLINE boost::asio::awaitable<error_code> connection::receive(
    boost::asio::mutable_buffer room, std::size_t& got) {
  if (tls_) return tls_->read_some(room, got);
  return read_some(tcp_, room, got, streak_);
}

SIMRUNS_INLINE boost::asio::awaitable<error_code> connection::read_more(socket_deadline& limit) {
  auto const room = buffer_.prepare(read_bytes);
  std::size_t got = 0;
  auto const failed = co_await receive(room, got);
  buffer_.commit(got);
  if (got > 0 && !responded_) {
    responded_ = true;
    first_byte_after_ = clock::now() - sent_;
    limit.begun();
  }
  co_return failed;
}

SIMRUNS_INLINE void connection::throw_broken(error_code const& failed, std::string const& message) {
  std::string refusal;
  if (tls_) refusal = describe_refused_client(tls_->handle(), failed);
  if (refusal.empty()) throw_translated(failed, errc::transport, message);
  throw_translated(failed, errc::tls, message + ": " + refusal);
}

}  // namespace simruns::detail
