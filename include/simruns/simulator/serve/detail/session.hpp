#pragma once

#include "simruns/simulator/serve/detail/byte_stream.hpp"
#include "simruns/simulator/serve/detail/received_request.hpp"
#include "simruns/simulator/serve/detail/service.hpp"
#include "simruns/simulator/serve/detail/upstream.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <memory>
#include <string_view>
#include <utility>

namespace simruns::simulator::detail {

/// Serves one connection: reads requests, and responds to them one after the other. All of it runs
/// on the strand of the socket.
class session {
 public:
  /// `tls` and `beyond` may be null.
  session(boost::asio::ip::tcp::socket socket, std::shared_ptr<service> shared,
          std::shared_ptr<boost::asio::ssl::context> tls, std::shared_ptr<upstream> beyond)
      : tls_{std::move(tls)},
        stream_{std::move(socket), tls_.get()},
        pause_{stream_.get_executor()},
        service_{std::move(shared)},
        upstream_{std::move(beyond)} {}

  boost::asio::any_io_executor get_executor() { return stream_.get_executor(); }

  /// The slot by which `close` ends the coroutine that awaits `run`.
  boost::asio::cancellation_slot slot() { return stop_.slot(); }

  /// Ends everything that is under way. It must be called on the strand.
  void close();

  /// Serves until the client, an error, a time limit or `close` ends it. Whoever awaits it keeps
  /// the session alive.
  boost::asio::awaitable<void> run();

 private:
  using error_code = boost::system::error_code;

  /// Serves one request. False: the connection is to be closed.
  boost::asio::awaitable<bool> serve_one();

  boost::asio::awaitable<served_response> serve(received_request const* request);

  /// Reads one request. The time limit covers the request as a whole.
  boost::asio::awaitable<error_code> read(http_parser* request);

  boost::asio::awaitable<error_code> tell_to_go_on(http_parser* request);

  /// Responds to a request that is not served. The connection is of no use after that.
  boost::asio::awaitable<void> refuse(refusal refused);

  boost::asio::awaitable<bool> send(served_response const* served, received_request const* request);

  /// Sends both texts, which must live until then. False: the client did not take them.
  boost::asio::awaitable<bool> write(std::string_view first, std::string_view second);

  boost::asio::awaitable<void> wait(std::chrono::milliseconds delay);

  /// Reads what the client still sends before the end: input that was not read would turn the end
  /// into a reset, which discards the response under way. A client may go on sending, so there is
  /// a bound.
  boost::asio::awaitable<void> end_politely();

  std::shared_ptr<boost::asio::ssl::context> tls_;
  byte_stream stream_;
  boost::asio::steady_timer pause_;
  boost::asio::cancellation_signal stop_;
  std::shared_ptr<service> service_;
  std::shared_ptr<upstream> upstream_;
  boost::beast::flat_buffer buffer_;
  bool closed_ = false;
};

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/serve/impl/session.ipp"
#endif
