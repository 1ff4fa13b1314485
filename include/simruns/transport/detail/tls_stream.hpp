#pragma once

#include "simruns/error.hpp"
#include "simruns/transport/detail/socket_io.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>

namespace simruns::detail {

/// TLS on a connected socket, as its client; one operation at a time. Asio's own stream costs
/// whoever compiles it a quarter of all of this room: it meets each kind of operation with each
/// kind of wait. This one does the same by `read_some` and `write_all`.
class tls_stream {
 public:
  /// Requires: `socket` outlives this.   Throws: boost::system::system_error, where OpenSSL has no
  /// memory.
  tls_stream(tcp_socket& socket, boost::asio::ssl::context& context);
  tls_stream(tls_stream const&) = delete;
  tls_stream& operator=(tls_stream const&) = delete;

  SSL* handle() const noexcept { return ssl_.get(); }

  /// Shakes hands, for which the context says what the server has to show.
  boost::asio::awaitable<error_code> handshake();

  /// As `write_all`.
  boost::asio::awaitable<error_code> write(std::string_view bytes);

  /// As `read_some` of a socket. Gives `stream_truncated` where the connection ends, and TLS has
  /// not said that it would.
  boost::asio::awaitable<error_code> read_some(boost::asio::mutable_buffer room, std::size_t& got);

 private:
  struct free_ssl {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  };
  struct free_bio {
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
  };
  enum class action { handshake, read, write };

  int perform(action what, void* data, std::size_t size);
  static error_code error_of(int said);
  boost::asio::awaitable<error_code> run(action what, void* data, std::size_t size,
                                         std::size_t& done);
  boost::asio::awaitable<error_code> send_records();
  boost::asio::awaitable<error_code> receive_records();
  error_code told(error_code ended) const;

  static constexpr std::size_t record_bytes = 17 * 1024;  ///< What OpenSSL's own buffer takes.

  tcp_socket& socket_;
  std::unique_ptr<SSL, free_ssl> ssl_;
  std::unique_ptr<BIO, free_bio> wire_;  ///< What OpenSSL has to send, and what came for it.
  std::array<char, record_bytes> records_;
  std::size_t done_ = 0;  ///< Bytes that the last step of a write took.
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/tls_stream.ipp"
#endif
