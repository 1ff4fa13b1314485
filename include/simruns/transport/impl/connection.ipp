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
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>

#include <utility>

namespace simruns::detail {

/// Closes a stream when a moment has come. One timer for a whole exchange: those of
/// `tcp_stream` itself are set anew for every read, each by a call into the system. Used on one
/// strand, that of the stream.
class stream_deadline {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Requires: `stream` outlives this.
  stream_deadline(boost::beast::tcp_stream& stream, time_point until)
      : state_(std::make_shared<state>(stream)) {
    stream.expires_never();
    if (until == time_point::max()) return;
    state_->timer.expires_at(until);
    state_->timer.async_wait([weak = std::weak_ptr(state_)](error_code cancelled) {
      auto const now_late = weak.lock();
      if (cancelled || !now_late) return;
      now_late->passed = true;
      now_late->stream.close();  // a read that begins only now fails, too
    });
  }

  /// Whether the moment came, and closed the stream.
  bool passed() const noexcept { return state_->passed; }

  /// What a read or a write ended with, a timeout as what it is.
  error_code told(error_code ended) const noexcept {
    return ended && passed() ? error_code(boost::beast::error::timeout) : ended;
  }

 private:
  struct state {
    explicit state(boost::beast::tcp_stream& s) : stream(s), timer(s.get_executor()) {}
    boost::beast::tcp_stream& stream;
    boost::asio::steady_timer timer;
    bool passed = false;
  };

  std::shared_ptr<state> state_;
};

SIMRUNS_INLINE connection::connection(boost::asio::any_io_executor const& executor)
    : tcp_(executor) {
  buffer_.reserve(read_bytes);
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
  expect_host(tls_->native_handle(), host);
  error_code failed;
  co_await tls_->async_handshake(asio::ssl::stream_base::client,
                                 asio::redirect_error(asio::use_awaitable, failed));
  if (failed) {
    bool const ended = failed == asio::error::eof || failed == asio::ssl::error::stream_truncated;
    if (ended) failed = asio::error::eof;
    bool const broken = ended || failed == asio::error::connection_reset;
    throw_translated(failed, broken ? errc::transport : errc::tls,
                     describe_tls_failure(tls_->native_handle(), host, failed, how_->trust));
  }
}

SIMRUNS_INLINE boost::asio::awaitable<http_response> connection::exchange(http_request request,
                                                                          attempt_limits limits,
                                                                          deadline until) {
  reusable_ = false;
  responded_ = false;
  stream_deadline const limit(tcp_, until);
  std::string text = "GET " + request.target + " HTTP/1.1\r\n";
  for (auto const& [name, value] : request.headers) text += name + ": " + value + "\r\n";
  text += request.gzip ? "Accept-Encoding: gzip\r\n\r\n" : "Accept-Encoding: identity\r\n\r\n";
  auto const unsent = co_await send(std::move(text));
  if (unsent) {
    throw_broken(limit.told(unsent), "the request could not be sent");
  }

  response_reader reader(limits, request.gzip);
  while (!reader.feed(buffer_)) {
    co_await read_some();
    if (!read_error_) {
      // A timer yields to data that is always there.
      if (std::chrono::steady_clock::now() < until) continue;
      throw request_error(errc::timeout, "the response did not end in time");
    }
    read_error_ = limit.told(read_error_);
    bool const closed = read_error_ == boost::asio::error::eof;
    if (closed || read_error_ == boost::asio::ssl::error::stream_truncated) {
      reader.end(closed);
      break;
    }
    bool const broke = translate(read_error_, errc::transport) == errc::transport;
    if (broke && reader.has_error_status()) break;
    throw_broken(read_error_, "the response broke off");
  }
  reusable_ = !read_error_ && !limit.passed() && reader.keep_alive() && buffer_.size() == 0;
  co_return reader.take();
}

SIMRUNS_INLINE bool connection::is_quiet() {
  if (!tcp_.socket().is_open() || buffer_.size() != 0) return false;
  if (tls_) {
    // What came with the last response is within OpenSSL, and no longer at the socket.
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
  responded_ = responded_ || bytes > 0;
  co_return bytes;
}

SIMRUNS_INLINE void connection::throw_broken(error_code const& failed, std::string const& message) {
  std::string refusal;
  if (tls_) refusal = describe_refused_client(tls_->native_handle(), failed);
  if (refusal.empty()) throw_translated(failed, errc::transport, message);
  throw_translated(failed, errc::tls, message + ": " + refusal);
}

}  // namespace simruns::detail
