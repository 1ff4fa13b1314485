#pragma once

#include "simruns/error.hpp"
#include "simruns/transport/detail/socket_io.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <cstddef>
#include <string_view>

namespace simruns::detail {

/// TLS on a connected socket, as its client; one operation at a time. Asio's own stream, with each
/// of its operations in one place: what it meets costs whoever compiles it.
class tls_stream {
 public:
  /// Requires: `socket` outlives this.   Throws: boost::system::system_error, where OpenSSL has no
  /// memory.
  tls_stream(tcp_socket& socket, boost::asio::ssl::context& context) : stream_(socket, context) {}

  SSL* handle() noexcept { return stream_.native_handle(); }

  /// Shakes hands, for which the context says what the server has to show.
  boost::asio::awaitable<error_code> handshake();

  /// As `write_all`.
  boost::asio::awaitable<error_code> write(std::string_view bytes);

  /// As `read_some` of a socket. Gives `stream_truncated` where the connection ends, and TLS has
  /// not said that it would.
  boost::asio::awaitable<error_code> read_some(boost::asio::mutable_buffer room, std::size_t& got);

 private:
  using ssl_stream = boost::asio::ssl::stream<tcp_socket&>;
  struct handshaking;
  struct reading;
  struct writing;

  ssl_stream stream_;
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/tls_stream.ipp"
#endif
