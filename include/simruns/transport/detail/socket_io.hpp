#pragma once

#include "simruns/error.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

namespace simruns::detail {

using tcp_socket = boost::asio::ip::tcp::socket;

/// Closes a socket when a moment has come. One timer for a whole exchange: a timer for each read
/// would be set anew every time, by a call into the system. Used on one strand, that of the socket.
class socket_deadline {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Requires: `socket` outlives this.
  socket_deadline(tcp_socket& socket, time_point until) : socket_deadline(socket, until, until) {}

  /// Until `begun` is called, `begin_until` is the moment, if it is the earlier one.
  socket_deadline(tcp_socket& socket, time_point begin_until, time_point until);

  /// What had to begin has begun.
  void begun() noexcept;

  /// Whether the moment came, and closed the socket.
  bool passed() const noexcept;

  /// What a read or a write ended with, a timeout as what it is.
  error_code told(error_code ended) const noexcept;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

/// Writes all of `bytes`.
/// Requires: `socket` is non-blocking, and lives on, as do the bytes.
/// Completes: when the system has taken them.   Cancels: terminal, partial, total.
boost::asio::awaitable<error_code> write_all(tcp_socket& socket, std::string_view bytes);

/// Waits for bytes, and puts what is there into `room`; `got` is how many they are. `streak` counts
/// the reads since the last wait: after some, others on the thread have their turn, however fast
/// the server sends. Requires: as for `write_all`; `room` is not empty. Completes: with at least
/// one byte, or an error.   Cancels: terminal, partial, total.
boost::asio::awaitable<error_code> read_some(tcp_socket& socket, boost::asio::mutable_buffer room,
                                             std::size_t& got, int& streak);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/socket_io.ipp"
#endif
