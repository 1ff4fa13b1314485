#pragma once

#include "simruns/config.hpp"
#include "simruns/transport/detail/tls_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/system/system_error.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>

#include <algorithm>
#include <climits>

namespace simruns::detail {

[[noreturn]] SIMRUNS_INLINE void throw_no_tls() {
  error_code const failed(static_cast<int>(ERR_get_error()),
                          boost::asio::error::get_ssl_category());
  throw boost::system::system_error(failed, "TLS");
}

SIMRUNS_INLINE tls_stream::tls_stream(tcp_socket& socket, boost::asio::ssl::context& context)
    : socket_(socket) {
  ERR_clear_error();
  ssl_.reset(SSL_new(context.native_handle()));
  if (!ssl_) throw_no_tls();
  SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                               SSL_MODE_RELEASE_BUFFERS);
  BIO* inner = nullptr;
  BIO* outer = nullptr;
  if (BIO_new_bio_pair(&inner, record_bytes, &outer, record_bytes) != 1) throw_no_tls();
  SSL_set_bio(ssl_.get(), inner, inner);
  wire_.reset(outer);
}

SIMRUNS_INLINE boost::asio::awaitable<error_code> tls_stream::handshake() {
  return run(action::handshake, nullptr, 0, done_);
}

SIMRUNS_INLINE boost::asio::awaitable<error_code> tls_stream::write(std::string_view bytes) {
  error_code failed;
  while (!bytes.empty() && !failed) {
    auto* const data = const_cast<char*>(bytes.data());
    failed = co_await run(action::write, data, bytes.size(), done_);
    bytes.remove_prefix(done_);
  }
  co_return failed;
}

SIMRUNS_INLINE boost::asio::awaitable<error_code> tls_stream::read_some(
    boost::asio::mutable_buffer room, std::size_t& got) {
  return run(action::read, room.data(), room.size(), got);
}

SIMRUNS_INLINE int tls_stream::perform(action what, void* data, std::size_t size) {
  auto const most = static_cast<int>(std::min<std::size_t>(size, INT_MAX));
  ERR_clear_error();
  if (what == action::handshake) return SSL_connect(ssl_.get());
  if (what == action::read) return SSL_read(ssl_.get(), data, most);
  return SSL_write(ssl_.get(), data, most);
}

/// What `SSL_get_error` said, as Asio's stream puts it. Nothing: it is well, or wants the wire.
SIMRUNS_INLINE error_code tls_stream::error_of(int said) {
  auto const queued = static_cast<int>(ERR_get_error());
  switch (said) {
    case SSL_ERROR_NONE:
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return {};
    case SSL_ERROR_ZERO_RETURN:
      return boost::asio::error::eof;
    case SSL_ERROR_SYSCALL:
      if (queued == 0) return boost::asio::ssl::error::unspecified_system_error;
      [[fallthrough]];
    case SSL_ERROR_SSL:
      return {queued, boost::asio::error::get_ssl_category()};
    default:
      return boost::asio::ssl::error::unexpected_result;
  }
}

/// Does `what` as often as it wants the wire. What OpenSSL has to send goes out first, an alert of
/// a failure too.
SIMRUNS_INLINE boost::asio::awaitable<error_code> tls_stream::run(action what, void* data,
                                                                  std::size_t size,
                                                                  std::size_t& done) {
  done = 0;
  for (;;) {
    int const result = perform(what, data, size);
    int const said = SSL_get_error(ssl_.get(), result);
    auto failed = error_of(said);
    if (BIO_ctrl_pending(wire_.get()) != 0) {
      auto const unsent = co_await send_records();
      if (!failed) failed = unsent;
    }
    bool const starved = said == SSL_ERROR_WANT_READ && BIO_wpending(wire_.get()) == 0;
    if (!failed && starved) failed = co_await receive_records();
    if (failed) co_return told(failed);
    if (said != SSL_ERROR_NONE) continue;
    if (what != action::handshake) done = static_cast<std::size_t>(result);
    co_return failed;
  }
}

SIMRUNS_INLINE boost::asio::awaitable<error_code> tls_stream::send_records() {
  error_code failed;
  while (!failed) {
    int const size = BIO_read(wire_.get(), records_.data(), static_cast<int>(records_.size()));
    if (size <= 0) break;
    std::string_view const out(records_.data(), static_cast<std::size_t>(size));
    failed = co_await write_all(socket_, out);
  }
  co_return failed;
}

/// Requires: OpenSSL has taken all that came before, so that there is room.
SIMRUNS_INLINE boost::asio::awaitable<error_code> tls_stream::receive_records() {
  std::size_t got = 0;
  auto const room = boost::asio::buffer(records_);
  auto const failed = co_await detail::read_some(socket_, room, got);
  if (!failed) BIO_write(wire_.get(), records_.data(), static_cast<int>(got));
  co_return failed;
}

/// The end of a connection is no end of TLS, unless its peer said so.
SIMRUNS_INLINE error_code tls_stream::told(error_code ended) const {
  if (ended != boost::asio::error::eof) return ended;
  bool const unread = BIO_wpending(wire_.get()) != 0;
  bool const said = (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  if (unread || !said) return boost::asio::ssl::error::stream_truncated;
  return ended;
}

}  // namespace simruns::detail
