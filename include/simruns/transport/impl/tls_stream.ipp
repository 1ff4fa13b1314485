#pragma once

#include "simruns/config.hpp"
#include "simruns/transport/detail/tls_stream.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace simruns::detail {

SIMRUNS_INLINE boost::asio::awaitable<error_code> tls_stream::handshake() {
  namespace asio = boost::asio;
  error_code failed;
  co_await stream_.async_handshake(asio::ssl::stream_base::client,
                                   asio::redirect_error(asio::use_awaitable, failed));
  co_return failed;
}

SIMRUNS_INLINE boost::asio::awaitable<error_code> tls_stream::write(std::string_view bytes) {
  namespace asio = boost::asio;
  error_code failed;
  while (!bytes.empty() && !failed) {
    asio::const_buffer const rest(bytes.data(), bytes.size());
    auto const sent =
        co_await stream_.async_write_some(rest, asio::redirect_error(asio::use_awaitable, failed));
    bytes.remove_prefix(sent);
  }
  co_return failed;
}

SIMRUNS_INLINE boost::asio::awaitable<error_code> tls_stream::read_some(
    boost::asio::mutable_buffer room, std::size_t& got) {
  namespace asio = boost::asio;
  error_code failed;
  got = co_await stream_.async_read_some(room, asio::redirect_error(asio::use_awaitable, failed));
  co_return failed;
}

}  // namespace simruns::detail
