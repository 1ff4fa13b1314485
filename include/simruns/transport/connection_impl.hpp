#pragma once

#include "simruns/transport/connection.hpp"
#include "simruns/transport/translate.hpp"

namespace simruns {

inline boost::asio::awaitable<void> connection::connect(std::string host, std::uint16_t port,
                                                        std::shared_ptr<connect_options const> how,
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

inline boost::asio::awaitable<void> connection::handshake(std::string host) {
  namespace asio = boost::asio;
  tls_.emplace(tcp_, *how_->tls);
  expect_host(*tls_, host);
  error_code failed;
  co_await tls_->async_handshake(asio::ssl::stream_base::client,
                                 asio::redirect_error(asio::use_awaitable, failed));
  if (failed) {
    bool const ended = failed == asio::error::eof || failed == asio::ssl::error::stream_truncated;
    if (ended) failed = asio::error::eof;
    bool const broken = ended || failed == asio::error::connection_reset;
    throw_translated(failed, broken ? errc::transport : errc::tls,
                     describe_tls_failure(*tls_, host, failed, how_->own_authorities));
  }
}

inline bool connection::is_quiet() {
  char byte = 0;
  auto const got = ::recv(tcp_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

inline boost::asio::awaitable<http_response> connection::exchange(http_request request,
                                                                  attempt_limits limits,
                                                                  deadline until) {
  reusable_ = false;
  answered_ = false;
  limits_ = limits;
  tcp_.expires_at(until);
  std::string text = "GET " + request.target + " HTTP/1.1\r\n";
  for (auto const& [name, value] : request.headers) text += name + ": " + value + "\r\n";
  text += "\r\n";
  co_await send(std::move(text));

  for (int interim = 0; interim <= max_interim; ++interim) {
    auto parser = std::make_shared<parser_type>();
    set_limits(*parser, limits);
    co_await read(parser);
    auto const status = parser->get().result_int();
    if (status == 101) throw request_error(errc::protocol, "the server switched protocols unasked");
    if (status < 200) continue;
    check_framing(*parser);
    reusable_ = parser->keep_alive() && buffer_.size() == 0;
    co_return take(*parser);
  }
  throw request_error(errc::protocol, "more than 16 interim answers came before the answer");
}

inline boost::asio::awaitable<void> connection::send(std::string text) {
  namespace asio = boost::asio;
  error_code failed;
  auto const bytes = asio::buffer(text);
  if (tls_) {
    co_await asio::async_write(*tls_, bytes, asio::redirect_error(asio::use_awaitable, failed));
  } else {
    co_await asio::async_write(tcp_, bytes, asio::redirect_error(asio::use_awaitable, failed));
  }
  if (failed) throw_translated(failed, errc::transport, "the request could not be sent");
}

inline boost::asio::awaitable<std::size_t> connection::read_some() {
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
  answered_ = answered_ || bytes > 0;
  co_return bytes;
}

/// Feeds the parser until its message is whole. The deadline of the connection spans all reads.
inline boost::asio::awaitable<void> connection::read(std::shared_ptr<parser_type> parser) {
  for (;;) {
    error_code failed;
    if (buffer_.size() != 0) {
      buffer_.consume(parser->put(buffer_.data(), failed));
      if (parser->is_header_done()) check_framing(*parser);
      if (failed && failed != boost::beast::http::error::need_more) {
        throw_translated(failed, errc::protocol, describe_refusal(failed));
      }
      if (parser->is_done()) co_return;
      if (parser->is_header_done() && parser->get().result_int() < 200) co_return;
      // Chunk extensions and trailers are taken only when they are whole.
      if (parser->is_header_done() && buffer_.size() > 2 * read_bytes) {
        throw request_error(errc::too_large, "a chunk's extension, or a trailer, does not end");
      }
    }
    co_await read_some();
    if (!read_error_) continue;
    bool const ended = read_error_ == boost::asio::error::eof ||
                       read_error_ == boost::asio::ssl::error::stream_truncated;
    if (!ended) throw_translated(read_error_, errc::transport, "the answer broke off");
    if (!parser->got_some()) {
      // Under TLS too: nothing was cut, since nothing had come.
      throw_translated(boost::asio::error::eof, errc::transport,
                       "the server closed without an answer");
    }
    failed = {};
    parser->put_eof(failed);
    bool const unsure = read_error_ == boost::asio::ssl::error::stream_truncated;
    if (!failed && unsure) failed = read_error_;  // anyone could have cut it here
    if (failed) throw_translated(failed, errc::truncated, "the answer ended early");
    co_return;
  }
}

inline void connection::set_limits(parser_type& parser, attempt_limits const& limits) {
  parser.eager(true);
  parser.header_limit(limits.max_header_bytes);
  parser.body_limit(limits.max_body_bytes);
}

inline std::string connection::describe_refusal(error_code const& failed) const {
  namespace http = boost::beast::http;
  if (failed == http::error::header_limit) {
    return "the answer's head is larger than max_header_bytes, " +
           std::to_string(limits_.max_header_bytes);
  }
  if (failed == http::error::body_limit) {
    return "the answer's body is larger than max_body_bytes, " +
           std::to_string(limits_.max_body_bytes);
  }
  return "the answer is not the HTTP that was asked for";
}

/// RFC 9112, 6.1: a length that is not certain must not be guessed.
inline void connection::check_framing(parser_type const& parser) {
  namespace http = boost::beast::http;
  auto const& fields = parser.get();
  auto const coding = fields.count(http::field::transfer_encoding);
  if (coding == 0) return;
  if (coding > 1 || !same_header(fields[http::field::transfer_encoding], "chunked")) {
    throw request_error(errc::protocol, "the answer has a transfer coding that was not asked for");
  }
  if (fields.count(http::field::content_length) != 0) {
    throw request_error(errc::protocol, "the answer has both a length and a transfer coding");
  }
}

inline http_response connection::take(parser_type& parser) {
  http_response out;
  out.status = static_cast<int>(parser.get().result_int());
  for (auto const& field : parser.get()) {
    out.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  out.body = std::move(parser.get().body());
  return out;
}

}  // namespace simruns
