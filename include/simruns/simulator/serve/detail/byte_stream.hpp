#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

namespace simruns::simulator::detail {

/// A client's socket, with TLS or without. All of it runs on the strand of the socket.
class byte_stream {
 public:
  using error_code = boost::system::error_code;

  /// `tls` must outlive the stream. Null: no TLS.
  byte_stream(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls)
      : tcp_{std::move(socket)} {
    if (tls != nullptr) tls_.emplace(tcp_, *tls);
  }

  boost::asio::any_io_executor get_executor() { return tcp_.get_executor(); }

  /// Limits the time of everything until the next call.
  void expires_after(std::chrono::milliseconds limit) { tcp_.expires_after(limit); }

  /// Completes the TLS handshake, if there is one.
  boost::asio::awaitable<error_code> open();

  boost::asio::awaitable<std::size_t> read_some(boost::asio::mutable_buffer room,
                                                error_code* failed);

  /// Sends both buffers, all of them.
  boost::asio::awaitable<error_code> write(boost::asio::const_buffer first,
                                           boost::asio::const_buffer second);

  /// Ends the sending; what the client sends still comes. It leaves out TLS's own farewell, which
  /// can hang.
  void finish_sending();

  void close();

  /// Closes so that the client sees a reset instead of an end.
  void reset();

 private:
  boost::beast::tcp_stream tcp_;
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls_;
};

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/serve/impl/byte_stream.ipp"
#endif
