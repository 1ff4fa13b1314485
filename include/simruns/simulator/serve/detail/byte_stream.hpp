#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

namespace simruns::simulator {

/// A client's socket, with TLS or without. All of it runs on the strand of the socket.
class byte_stream {
 public:
  using problem = boost::system::error_code;

  /// `tls`: null for none; must outlive the stream.
  byte_stream(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls)
      : tcp_{std::move(socket)} {
    if (tls != nullptr) tls_.emplace(tcp_, *tls);
  }

  boost::asio::any_io_executor get_executor() { return tcp_.get_executor(); }

  /// Spans everything until the next call.
  void expires_after(std::chrono::milliseconds limit) { tcp_.expires_after(limit); }

  /// Answers the client's TLS handshake, if there is one.
  boost::asio::awaitable<problem> open() {
    problem failed;
    tcp_.socket().set_option(boost::asio::ip::tcp::no_delay{true}, failed);
    failed = {};
    if (!tls_) co_return failed;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, failed);
    co_await tls_->async_handshake(boost::asio::ssl::stream_base::server, token);
    co_return failed;
  }

  boost::asio::awaitable<std::size_t> read_some(boost::asio::mutable_buffer room, problem* failed) {
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, *failed);
    if (tls_) co_return co_await tls_->async_read_some(room, token);
    co_return co_await tcp_.async_read_some(room, token);
  }

  /// Sends all of both.
  boost::asio::awaitable<problem> write(boost::asio::const_buffer first,
                                        boost::asio::const_buffer second) {
    problem failed;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, failed);
    std::array<boost::asio::const_buffer, 2> const both{first, second};
    if (tls_) {
      co_await boost::asio::async_write(*tls_, both, token);
    } else {
      co_await boost::asio::async_write(tcp_, both, token);
    }
    co_return failed;
  }

  /// No more is sent; what the client sends still comes. Without TLS's own farewell, which can
  /// hang.
  void finish_sending() {
    problem ignored;
    tcp_.socket().shutdown(boost::asio::socket_base::shutdown_send, ignored);
  }

  void close() {
    problem ignored;
    tcp_.socket().close(ignored);
  }

  /// The client sees a reset instead of an end.
  void reset() {
    problem ignored;
    tcp_.socket().set_option(boost::asio::socket_base::linger{true, 0}, ignored);
    close();
  }

 private:
  boost::beast::tcp_stream tcp_;
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls_;
};

}  // namespace simruns::simulator
