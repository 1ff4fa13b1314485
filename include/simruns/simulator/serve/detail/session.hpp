#pragma once

#include "simruns/simulator/serve/detail/byte_stream.hpp"
#include "simruns/simulator/serve/detail/http_head.hpp"
#include "simruns/simulator/serve/detail/received_request.hpp"
#include "simruns/simulator/serve/detail/service.hpp"
#include "simruns/simulator/serve/detail/upstream.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator {

/// One connection: reads requests, and answers them one after the other. All of it, `close` too,
/// runs on the strand of the socket.
class connection {
 public:
  /// `tls`: null for none.
  connection(boost::asio::ip::tcp::socket socket, std::shared_ptr<service> shared,
             std::shared_ptr<boost::asio::ssl::context> tls, std::shared_ptr<upstream> beyond)
      : tls_{std::move(tls)},
        stream_{std::move(socket), tls_.get()},
        pause_{stream_.get_executor()},
        service_{std::move(shared)},
        upstream_{std::move(beyond)} {}

  boost::asio::any_io_executor get_executor() { return stream_.get_executor(); }

  /// For the coroutine that awaits `run`: what `close` ends it by.
  boost::asio::cancellation_slot slot() { return stop_.slot(); }

  /// Ends everything that is under way. To be called on the strand.
  void close() {
    closed_ = true;
    pause_.cancel();
    stop_.emit(boost::asio::cancellation_type::terminal);
    stream_.close();
  }

  /// Serves until the client, an error, a time limit or `close` ends it. Whoever awaits it keeps
  /// the connection alive.
  boost::asio::awaitable<void> run() {
    stream_.expires_after(service_->options().read_timeout);
    auto const failed = co_await stream_.open();
    bool more = !failed;
    while (more && !closed_) more = co_await serve_one();
    close();
  }

 private:
  using problem = boost::system::error_code;

  /// False when the connection is to be closed.
  boost::asio::awaitable<bool> serve_one() {
    detail::http_parser request;
    request.header_limit(service_->options().max_header_bytes);
    request.body_limit(service_->options().max_body_bytes);
    request.eager(true);
    auto const failed = co_await read(&request);
    if (closed_) co_return false;
    if (failed) {
      co_await answer_unreadable(failed);
      co_return false;
    }
    auto const served = co_await serve(&request.get());
    co_await wait(served.delay);
    if (closed_) co_return false;
    if (served.reset) {
      stream_.reset();
      co_return false;
    }
    co_return co_await send(&served, &request.get());
  }

  boost::asio::awaitable<served_answer> serve(detail::http_request const* request) {
    auto const asked = detail::api_request_of(*request);
    if (!upstream_) co_return service_->serve(asked);
    auto reply = co_await upstream_->forward(asked, service_->trace_id());
    co_return service_->pass_on(asked, std::move(reply));
  }

  /// The time limit covers the request as a whole.
  boost::asio::awaitable<problem> read(detail::http_parser* request) {
    static constexpr std::size_t read_bytes = 16 * 1024;
    stream_.expires_after(service_->options().read_timeout);
    bool told_to_go_on = false;
    for (;;) {
      problem failed;
      if (buffer_.size() != 0) buffer_.consume(request->put(buffer_.data(), failed));
      if (failed == boost::beast::http::error::need_more) failed = {};
      if (failed || request->is_done()) co_return failed;
      if (request->is_header_done() && !std::exchange(told_to_go_on, true)) {
        failed = co_await tell_to_go_on(request);
        if (failed) co_return failed;
      }
      auto const room = buffer_.prepare(read_bytes);
      auto const bytes = co_await stream_.read_some(room, &failed);
      buffer_.commit(bytes);
      if (failed == boost::asio::error::eof ||
          failed == boost::asio::ssl::error::stream_truncated) {
        co_return boost::beast::http::error::end_of_stream;
      }
      if (failed) co_return failed;
    }
  }

  boost::asio::awaitable<problem> tell_to_go_on(detail::http_parser* request) {
    auto const expect = request->get()[boost::beast::http::field::expect];
    if (!boost::beast::iequals(expect, "100-continue")) co_return problem{};
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    auto const bytes = boost::asio::buffer(go_on);
    boost::asio::const_buffer const nothing;
    co_return co_await stream_.write(bytes, nothing);
  }

  boost::asio::awaitable<void> answer_unreadable(problem failed) {
    auto const status = detail::status_of_unreadable(failed);
    if (!status) co_return;
    auto const reply = service_->refuse(*status, "the request cannot be read: " + failed.message());
    auto const length = static_cast<std::int64_t>(reply.body.size());
    auto const head = http_head(reply, false, std::chrono::system_clock::now(), length);
    bool const sent = co_await write(head, reply.body);
    if (sent) co_await end_politely();
  }

  boost::asio::awaitable<bool> send(served_answer const* served,
                                    detail::http_request const* request) {
    bool const bodiless =
        request->method() == boost::beast::http::verb::head || !has_body(served->reply.status);
    std::string_view body = served->reply.body;
    auto const right = static_cast<std::int64_t>(body.size());
    auto const length = served->content_length.value_or(right) + served->content_length_add;
    // A client that was promised more waits for it: closing is what ends that.
    bool const all_sent = bodiless || (length >= 0 && length <= right && !served->cut_body_at);
    bool const keep_alive = request->keep_alive() && all_sent;
    if (served->cut_body_at) body = body.substr(0, *served->cut_body_at);
    if (bodiless) body = {};
    auto const head =
        http_head(served->reply, keep_alive, std::chrono::system_clock::now(), length);
    auto const first = served->drip_bytes == 0 ? body.size() : std::size_t{0};
    bool sent = co_await write(head, body.substr(0, first));
    body.remove_prefix(first);
    std::string_view const nothing;
    while (sent && !body.empty()) {
      co_await wait(served->drip_every);
      auto const piece = body.substr(0, served->drip_bytes);
      body.remove_prefix(piece.size());
      sent = co_await write(piece, nothing);
    }
    if (sent && !keep_alive) co_await end_politely();
    bool const goes_on = sent && keep_alive;
    co_return goes_on;
  }

  /// Sends both texts, which must live until then; false if the client did not take them.
  boost::asio::awaitable<bool> write(std::string_view first, std::string_view second) {
    if (closed_) co_return false;
    stream_.expires_after(service_->options().write_timeout);
    auto const one = boost::asio::buffer(first);
    auto const two = boost::asio::buffer(second);
    auto const failed = co_await stream_.write(one, two);
    co_return !failed && !closed_;
  }

  boost::asio::awaitable<void> wait(std::chrono::milliseconds delay) {
    if (delay <= delay.zero()) co_return;
    problem ignored;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, ignored);
    pause_.expires_after(delay);
    co_await pause_.async_wait(token);
  }

  /// Closes so that the client gets the answer: input that was not read would turn the end into a
  /// reset, which discards what is under way. Bounded, because a client may go on sending.
  boost::asio::awaitable<void> end_politely() {
    problem failed;
    stream_.finish_sending();
    stream_.expires_after(std::chrono::seconds{1});
    std::array<char, 4096> discarded;
    auto const space = boost::asio::buffer(discarded);
    for (int reads = 0; reads < 256 && !failed && !closed_; ++reads) {
      co_await stream_.read_some(space, &failed);
    }
  }

  std::shared_ptr<boost::asio::ssl::context> tls_;
  byte_stream stream_;
  boost::asio::steady_timer pause_;
  boost::asio::cancellation_signal stop_;
  std::shared_ptr<service> service_;
  std::shared_ptr<upstream> upstream_;
  boost::beast::flat_buffer buffer_;
  bool closed_ = false;
};

}  // namespace simruns::simulator
