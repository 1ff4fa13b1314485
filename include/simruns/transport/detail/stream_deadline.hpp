#pragma once

#include "simruns/error.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <chrono>
#include <memory>

namespace simruns {

/// Closes a stream when a moment has come. One timer for a whole exchange: those of
/// `tcp_stream` itself are set anew for every read, each by a call into the system. Used on one
/// strand, that of the stream.
class stream_deadline {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Requires: `stream` outlives this.
  stream_deadline(boost::beast::tcp_stream& stream, time_point until)
      : state_(std::make_shared<state>(stream)) {
    stream.expires_never();
    if (until == time_point::max()) return;
    state_->timer.expires_at(until);
    state_->timer.async_wait([weak = std::weak_ptr(state_)](error_code cancelled) {
      auto const now_late = weak.lock();
      if (cancelled || !now_late) return;
      now_late->passed = true;
      now_late->stream.close();  // a read that begins only now fails, too
    });
  }

  /// Whether the moment came, and closed the stream.
  bool passed() const noexcept { return state_->passed; }

  /// What a read or a write ended with, a timeout as what it is.
  error_code told(error_code ended) const noexcept {
    return ended && passed() ? error_code(boost::beast::error::timeout) : ended;
  }

 private:
  struct state {
    explicit state(boost::beast::tcp_stream& s) : stream(s), timer(s.get_executor()) {}
    boost::beast::tcp_stream& stream;
    boost::asio::steady_timer timer;
    bool passed = false;
  };

  std::shared_ptr<state> state_;
};

}  // namespace simruns
