#pragma once

#include <boost/asio/steady_timer.hpp>

namespace simruns::detail {

/// A timer that wakes who waits in a child of fork: what would have ended the wait is the parent's.
/// To be held by a `context_bound`.
struct fork_timer : boost::asio::steady_timer {
  using boost::asio::steady_timer::steady_timer;

  void forked() {
    lost_by_fork = true;
    cancel();
  }

  bool lost_by_fork = false;
};

}  // namespace simruns::detail
