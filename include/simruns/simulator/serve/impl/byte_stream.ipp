#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/serve/detail/byte_stream.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cstddef>

namespace simruns::simulator::detail {

SIMRUNS_INLINE boost::asio::awaitable<byte_stream::error_code> byte_stream::open() {
  error_code failed;
  tcp_.socket().set_option(boost::asio::ip::tcp::no_delay{true}, failed);
  failed = {};
  if (!tls_) co_return failed;
  auto token = boost::asio::redirect_error(boost::asio::use_awaitable, failed);
  co_await tls_->async_handshake(boost::asio::ssl::stream_base::server, token);
  co_return failed;
}

SIMRUNS_INLINE boost::asio::awaitable<std::size_t> byte_stream::read_some(
    boost::asio::mutable_buffer room, error_code* failed) {
  auto token = boost::asio::redirect_error(boost::asio::use_awaitable, *failed);
  if (tls_) co_return co_await tls_->async_read_some(room, token);
  co_return co_await tcp_.async_read_some(room, token);
}

SIMRUNS_INLINE boost::asio::awaitable<byte_stream::error_code> byte_stream::write(
    boost::asio::const_buffer first, boost::asio::const_buffer second) {
  error_code failed;
  auto token = boost::asio::redirect_error(boost::asio::use_awaitable, failed);
  std::array<boost::asio::const_buffer, 2> const both{first, second};
  if (tls_) {
    co_await boost::asio::async_write(*tls_, both, token);
  } else {
    co_await boost::asio::async_write(tcp_, both, token);
  }
  co_return failed;
}

SIMRUNS_INLINE void byte_stream::finish_sending() {
  error_code ignored;
  tcp_.socket().shutdown(boost::asio::socket_base::shutdown_send, ignored);
}

SIMRUNS_INLINE void byte_stream::close() {
  error_code ignored;
  tcp_.socket().close(ignored);
}

SIMRUNS_INLINE void byte_stream::reset() {
  error_code ignored;
  tcp_.socket().set_option(boost::asio::socket_base::linger{true, 0}, ignored);
  close();
}

}  // namespace simruns::simulator::detail
