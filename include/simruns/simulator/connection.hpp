#pragma once

#include "simruns/simulator/http_head.hpp"
#include "simruns/simulator/service.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator {

namespace detail {

using http_parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
using http_request = http_parser::value_type;

inline std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

/// The result looks into `request`.
inline api_request api_request_of(http_request const& request) {
  api_request made;
  made.method = view(request.method_string());
  made.target = view(request.target());
  for (auto const& header : request) {
    if (header.name() == boost::beast::http::field::authorization) {
      made.credentials.authorization.push_back(view(header.value()));
    } else if (boost::beast::iequals(header.name_string(), "X-API-Key")) {
      made.credentials.api_keys.push_back(view(header.value()));
    }
  }
  return made;
}

/// The status that tells a client why its request could not be read; nothing if there is nobody to
/// tell: the client has gone, or was too slow.
inline std::optional<unsigned> status_of_unreadable(boost::system::error_code problem) {
  using boost::beast::http::error;
  if (problem.category() != make_error_code(error::end_of_stream).category()) return std::nullopt;
  if (problem == error::end_of_stream || problem == error::partial_message) return std::nullopt;
  if (problem == error::header_limit || problem == error::buffer_overflow) return 431;
  if (problem == error::body_limit) return 413;
  return 400;
}

}  // namespace detail

/// One connection: reads requests, and answers them one after the other. All of it, `close` too,
/// runs on the strand of the socket.
class connection {
 public:
  connection(boost::asio::ip::tcp::socket socket, std::shared_ptr<service> shared)
      : stream_{std::move(socket)}, pause_{stream_.get_executor()}, service_{std::move(shared)} {}

  boost::asio::any_io_executor get_executor() { return stream_.get_executor(); }

  /// Ends everything that is under way. To be called on the strand.
  void close() {
    closed_ = true;
    pause_.cancel();
    boost::system::error_code ignored;
    stream_.socket().close(ignored);
  }

  /// Serves until the client, an error, a time limit or `close` ends it. Whoever awaits it keeps
  /// the connection alive.
  boost::asio::awaitable<void> run() {
    boost::system::error_code ignored;
    stream_.socket().set_option(boost::asio::ip::tcp::no_delay{true}, ignored);
    bool more = true;
    while (more && !closed_) more = co_await serve_one();
    close();
  }

 private:
  /// False when the connection is to be closed.
  boost::asio::awaitable<bool> serve_one() {
    detail::http_parser request;
    request.header_limit(service_->options().max_header_bytes);
    request.body_limit(service_->options().max_body_bytes);
    auto const problem = co_await read(&request);
    if (closed_) co_return false;
    if (problem) {
      co_await answer_unreadable(problem);
      co_return false;
    }
    auto const served = service_->serve(detail::api_request_of(request.get()));
    co_await wait(served.delay);
    if (closed_) co_return false;
    if (served.reset) {
      reset();
      co_return false;
    }
    co_return co_await send(&served, &request.get());
  }

  /// The time limit covers the request as a whole.
  boost::asio::awaitable<boost::system::error_code> read(detail::http_parser* request) {
    boost::system::error_code problem;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, problem);
    stream_.expires_after(service_->options().read_timeout);
    co_await boost::beast::http::async_read_header(stream_, buffer_, *request, token);
    if (problem) co_return problem;
    auto const expect = request->get()[boost::beast::http::field::expect];
    if (boost::beast::iequals(expect, "100-continue")) {
      static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      auto const bytes = boost::asio::buffer(go_on);
      co_await boost::asio::async_write(stream_, bytes, token);
      if (problem) co_return problem;
    }
    co_await boost::beast::http::async_read(stream_, buffer_, *request, token);
    co_return problem;
  }

  boost::asio::awaitable<void> answer_unreadable(boost::system::error_code problem) {
    auto const status = detail::status_of_unreadable(problem);
    if (!status) co_return;
    auto const reply =
        service_->refuse(*status, "the request cannot be read: " + problem.message());
    auto const head = http_head(reply, false, std::chrono::system_clock::now());
    bool const sent = co_await write(head, reply.body);
    if (sent) co_await end_politely();
  }

  boost::asio::awaitable<bool> send(served_answer const* served,
                                    detail::http_request const* request) {
    bool const keep_alive = request->keep_alive() && !served->cut_body_at;
    bool const head_only = request->method() == boost::beast::http::verb::head;
    std::string_view body = served->reply.body;
    if (served->cut_body_at) body = body.substr(0, *served->cut_body_at);
    if (head_only || served->reply.status == 204) body = {};
    auto const head = http_head(served->reply, keep_alive, std::chrono::system_clock::now());
    bool const sent = co_await write(head, body);
    if (sent && !keep_alive) co_await end_politely();
    co_return sent&& keep_alive;
  }

  /// Sends both texts, which must live until then; false if the client did not take them.
  boost::asio::awaitable<bool> write(std::string_view head, std::string_view body) {
    std::array<boost::asio::const_buffer, 2> const parts{boost::asio::buffer(head),
                                                         boost::asio::buffer(body)};
    boost::system::error_code problem;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, problem);
    stream_.expires_after(service_->options().write_timeout);
    co_await boost::asio::async_write(stream_, parts, token);
    co_return !problem && !closed_;
  }

  boost::asio::awaitable<void> wait(std::chrono::milliseconds delay) {
    if (delay <= delay.zero()) co_return;
    boost::system::error_code ignored;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, ignored);
    pause_.expires_after(delay);
    co_await pause_.async_wait(token);
  }

  /// Closes so that the client gets the answer: input that was not read would turn the end into a
  /// reset, which discards what is under way. Bounded, because a client may go on sending.
  boost::asio::awaitable<void> end_politely() {
    boost::system::error_code problem;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, problem);
    stream_.socket().shutdown(boost::asio::socket_base::shutdown_send, problem);
    stream_.expires_after(std::chrono::seconds{1});
    std::array<char, 4096> discarded;
    auto const space = boost::asio::buffer(discarded);
    for (int reads = 0; reads < 256 && !problem && !closed_; ++reads) {
      co_await stream_.async_read_some(space, token);
    }
  }

  /// The client sees a reset instead of an end.
  void reset() {
    boost::system::error_code ignored;
    stream_.socket().set_option(boost::asio::socket_base::linger{true, 0}, ignored);
    close();
  }

  boost::beast::tcp_stream stream_;
  boost::asio::steady_timer pause_;
  std::shared_ptr<service> service_;
  boost::beast::flat_buffer buffer_;
  bool closed_ = false;
};

}  // namespace simruns::simulator
