#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/serve/detail/byte_stream.hpp"
#include "simruns/simulator/serve/detail/http_head.hpp"
#include "simruns/simulator/serve/detail/last_chunk.hpp"
#include "simruns/simulator/serve/detail/received_request.hpp"
#include "simruns/simulator/serve/detail/service.hpp"
#include "simruns/simulator/serve/detail/session.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace simruns::simulator::detail {

SIMRUNS_INLINE void session::close() {
  closed_ = true;
  pause_.cancel();
  stop_.emit(boost::asio::cancellation_type::terminal);
  stream_.close();
}

SIMRUNS_INLINE boost::asio::awaitable<void> session::run() {
  stream_.expires_after(service_->options().read_timeout);
  auto const failed = co_await stream_.open();
  bool more = !failed;
  while (more && !closed_) more = co_await serve_one();
  close();
}

SIMRUNS_INLINE boost::asio::awaitable<bool> session::serve_one() {
  http_parser request;
  request.header_limit(service_->options().max_header_bytes);
  request.body_limit(service_->options().max_body_bytes);
  request.eager(true);
  auto const failed = co_await read(&request);
  if (closed_) co_return false;
  auto const refused = failed ? refusal_of_unreadable(failed) : refusal_of_head(request.get());
  if (refused) co_await refuse(*refused);
  if (failed || refused) co_return false;
  auto const served = co_await serve(&request.get());
  co_await wait(served.delay);
  if (closed_) co_return false;
  if (served.reset) {
    stream_.reset();
    co_return false;
  }
  co_return co_await send(&served, &request.get());
}

SIMRUNS_INLINE boost::asio::awaitable<served_response> session::serve(
    received_request const* request) {
  auto const asked = api_request_of(*request);
  if (!upstream_) co_return service_->serve(asked);
  auto reply = co_await upstream_->forward(asked, service_->trace_id());
  co_return service_->pass_on(asked, std::move(reply));
}

SIMRUNS_INLINE boost::asio::awaitable<session::error_code> session::read(http_parser* request) {
  static constexpr std::size_t read_bytes = 16 * 1024;
  stream_.expires_after(service_->options().read_timeout);
  bool told_to_go_on = false;
  for (;;) {
    error_code failed;
    bool const in_body = request->is_header_done() && request->chunked();
    bool const waits = in_body && is_begun_last_chunk(buffer_.data());
    if (buffer_.size() != 0 && !waits) buffer_.consume(request->put(buffer_.data(), failed));
    if (failed == boost::beast::http::error::need_more) failed = {};
    if (failed || request->is_done()) co_return failed;
    if (request->is_header_done() && !std::exchange(told_to_go_on, true)) {
      failed = co_await tell_to_go_on(request);
      if (failed) co_return failed;
    }
    auto const room = buffer_.prepare(read_bytes);
    auto const bytes = co_await stream_.read_some(room, &failed);
    buffer_.commit(bytes);
    if (failed == boost::asio::error::eof || failed == boost::asio::ssl::error::stream_truncated) {
      co_return boost::beast::http::error::end_of_stream;
    }
    if (failed) co_return failed;
  }
}

SIMRUNS_INLINE boost::asio::awaitable<session::error_code> session::tell_to_go_on(
    http_parser* request) {
  auto const expect = request->get()[boost::beast::http::field::expect];
  if (!boost::beast::iequals(expect, "100-continue")) co_return error_code{};
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  auto const bytes = boost::asio::buffer(go_on);
  boost::asio::const_buffer const nothing;
  co_return co_await stream_.write(bytes, nothing);
}

SIMRUNS_INLINE boost::asio::awaitable<void> session::refuse(refusal refused) {
  auto const reply = service_->reject(refused.status, refused.why);
  auto const length = static_cast<std::int64_t>(reply.body.size());
  auto const head = http_head(reply, false, std::chrono::system_clock::now(), length);
  bool const sent = co_await write(head, reply.body);
  if (sent) co_await end_politely();
}

SIMRUNS_INLINE boost::asio::awaitable<bool> session::send(served_response const* served,
                                                          received_request const* request) {
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
  auto const head = http_head(served->reply, keep_alive, std::chrono::system_clock::now(), length);
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

SIMRUNS_INLINE boost::asio::awaitable<bool> session::write(std::string_view first,
                                                           std::string_view second) {
  if (closed_) co_return false;
  stream_.expires_after(service_->options().write_timeout);
  auto const one = boost::asio::buffer(first);
  auto const two = boost::asio::buffer(second);
  auto const failed = co_await stream_.write(one, two);
  co_return !failed && !closed_;
}

SIMRUNS_INLINE boost::asio::awaitable<void> session::wait(std::chrono::milliseconds delay) {
  if (delay <= delay.zero()) co_return;
  error_code ignored;
  auto token = boost::asio::redirect_error(boost::asio::use_awaitable, ignored);
  pause_.expires_after(delay);
  co_await pause_.async_wait(token);
}

SIMRUNS_INLINE boost::asio::awaitable<void> session::end_politely() {
  error_code failed;
  stream_.finish_sending();
  stream_.expires_after(std::chrono::seconds{1});
  std::array<char, 4096> discarded;
  auto const space = boost::asio::buffer(discarded);
  for (int reads = 0; reads < 256 && !failed && !closed_; ++reads) {
    co_await stream_.read_some(space, &failed);
  }
}

}  // namespace simruns::simulator::detail
