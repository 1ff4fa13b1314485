#pragma once

#include "simruns/async/resumed.hpp"
#include "simruns/config.hpp"
#include "simruns/transport/detail/socket_io.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/error.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <new>

namespace simruns::detail {

struct socket_deadline::state {
  state(tcp_socket& s, time_point u) : socket(s), timer(s.get_executor()), until(u) {}

  /// A first byte that comes in time costs no call into the system: the timer is left as it is, and
  /// goes on to the later moment by itself.
  static void wait(std::shared_ptr<state> const& self, time_point moment) {
    if (moment == time_point::max()) return;
    self->timer.expires_at(moment);
    resumption expired(std::make_shared<expiry>(self, moment));
    self->timer.async_wait(std::move(expired));
  }

  /// Called at a moment, or where there is no memory to wait for it: then at once.
  struct expiry final : resumption::waiting {
    expiry(std::shared_ptr<state> const& s, time_point m)
        : waiting(s->timer.get_executor(), {}, &ended), of(s), moment(m) {}

    void resume(std::exception_ptr thrown) override {
      auto const late = of.lock();
      if (!late) return;
      if (thrown) return late->close(boost::asio::error::no_memory);
      if (ended.code) return;
      if (!late->begun || moment >= late->until) return late->close(boost::beast::error::timeout);
      try {
        wait(late, late->until);
      } catch (std::bad_alloc const&) {
        late->close(boost::asio::error::no_memory);
      }
    }

    std::weak_ptr<state> of;
    time_point moment;
    operation_end ended;
  };

  void close(error_code const& as) {
    why = as;
    error_code ignored;
    socket.close(ignored);  // a read that begins only now fails, too
  }

  tcp_socket& socket;
  boost::asio::steady_timer timer;
  time_point until;
  bool begun = false;
  error_code why;  ///< Set when it has closed the socket.
};

SIMRUNS_INLINE socket_deadline::socket_deadline(tcp_socket& socket, time_point begin_until,
                                                time_point until)
    : state_(std::make_shared<state>(socket, until)) {
  state::wait(state_, std::min(begin_until, until));
}

SIMRUNS_INLINE void socket_deadline::begun() noexcept { state_->begun = true; }

SIMRUNS_INLINE bool socket_deadline::passed() const noexcept { return state_->why.failed(); }

SIMRUNS_INLINE error_code socket_deadline::told(error_code ended) const noexcept {
  return ended && passed() ? state_->why : ended;
}

struct socket_wait final : operation_begin {
  socket_wait(tcp_socket& s, tcp_socket::wait_type w) : socket(s), what(w) {}
  void begin(resumption resume) override { socket.async_wait(what, std::move(resume)); }

  tcp_socket& socket;
  tcp_socket::wait_type what;
};

/// Waits until the socket may be read or written. Asio's own reads and writes would wait in the
/// same way, and each of them costs whoever compiles it as much as this one.
SIMRUNS_INLINE boost::asio::awaitable<error_code> wait_for(tcp_socket& socket,
                                                           tcp_socket::wait_type what) {
  socket_wait wait(socket, what);
  auto const end = co_await resumed(wait);
  co_return end.code;
}

SIMRUNS_INLINE boost::asio::awaitable<error_code> write_all(tcp_socket& socket,
                                                            std::string_view bytes) {
  error_code failed;
  while (!bytes.empty()) {
    bytes.remove_prefix(
        socket.write_some(boost::asio::const_buffer(bytes.data(), bytes.size()), failed));
    if (failed == boost::asio::error::would_block) {
      failed = co_await wait_for(socket, tcp_socket::wait_write);
    }
    if (failed) break;
  }
  co_return failed;
}

SIMRUNS_INLINE boost::asio::awaitable<error_code> read_some(tcp_socket& socket,
                                                            boost::asio::mutable_buffer room,
                                                            std::size_t& got, int& streak) {
  static constexpr int longest_streak = 16;
  got = 0;
  error_code failed = boost::asio::error::would_block;
  if (++streak <= longest_streak) got = socket.read_some(room, failed);
  while (failed == boost::asio::error::would_block) {
    streak = 0;
    failed = co_await wait_for(socket, tcp_socket::wait_read);
    if (!failed) got = socket.read_some(room, failed);
  }
  co_return failed;
}

}  // namespace simruns::detail
