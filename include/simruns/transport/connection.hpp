#pragma once

#include "simruns/error.hpp"
#include "simruns/request/http_message.hpp"
#include "simruns/transport/resolve.hpp"
#include "simruns/transport/tls.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace simruns {

/// One TCP connection, with TLS or without: connects, then carries one exchange after another.
class connection {
 public:
  using deadline = std::chrono::steady_clock::time_point;

  explicit connection(boost::asio::any_io_executor const& executor) : tcp_(executor) {
    buffer_.reserve(read_bytes);
  }

  /// Looks the host up, connects to the first address that answers, and shakes hands.
  /// Throws: request_error (connect, timeout, tls, cancelled).
  boost::asio::awaitable<void> connect(std::string host, std::uint16_t port,
                                       boost::asio::ssl::context* tls, deadline until);

  /// Sends `request` and reads the answer.
  /// Throws: request_error (transport, timeout, truncated, protocol, too_large, cancelled).
  boost::asio::awaitable<http_response> exchange(http_request request, attempt_limits limits,
                                                 deadline until);

  /// Whether a byte of the current answer has come.
  bool answered() const noexcept { return answered_; }

  /// Whether the last exchange left the connection fit for another.
  bool reusable() const noexcept { return reusable_; }

 private:
  using parser_type = boost::beast::http::response_parser<boost::beast::http::string_body>;

  boost::asio::awaitable<void> handshake(std::string host, boost::asio::ssl::context* tls);
  boost::asio::awaitable<void> send(std::string text);
  boost::asio::awaitable<void> read(std::shared_ptr<parser_type> parser);
  boost::asio::awaitable<std::size_t> read_some();
  static void set_limits(parser_type& parser, attempt_limits const& limits);
  static void check_framing(parser_type const& parser);
  static http_response take(parser_type& parser);
  std::string describe_refusal(error_code const& failed) const;

  static constexpr std::size_t read_bytes = 64 * 1024;  // Beast's own growth reads 512 at a time
  static constexpr int max_interim = 16;

  boost::beast::tcp_stream tcp_;
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls_;
  boost::beast::flat_buffer buffer_;
  attempt_limits limits_;  ///< Of the exchange under way.
  error_code read_error_;
  bool answered_ = false;
  bool reusable_ = false;
};

}  // namespace simruns

#include "simruns/transport/connection_impl.hpp"
