#pragma once

#include "simruns/request/request_event.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

namespace simruns_python {

/// What the core tells of its requests, on its way to Python's `logging`. The core thread puts, and
/// never needs the GIL for it; Python takes.
class event_log {
 public:
  enum class detail : int { nothing, failures, everything };

  /// The one of this process; a forked child goes on with an empty one.
  static event_log& instance();

  /// How much is to be kept. Threads: any.
  void keep(detail wanted) noexcept { wanted_ = wanted; }

  /// Drops what nobody wants, and the oldest where nobody takes them.
  void put(simruns::request_event const& event);

  /// What has come since. Whoever takes it says when it is logged.
  std::vector<simruns::request_event> take();
  void logged(std::size_t events) noexcept { unlogged_ -= events; }

  /// Waits, to be called without the GIL, until there is something. False: it is closed.
  bool wait();

  /// Nothing is left to be logged, and nobody is about to.
  bool empty() const noexcept { return unlogged_ == 0; }

  /// Ends all waiting; for the exit of the process.
  void close();

 private:
  static constexpr std::size_t most = 10'000;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<simruns::request_event> events_;
  std::atomic<std::size_t> unlogged_ = 0;
  std::atomic<detail> wanted_ = detail::nothing;
  bool closed_ = false;
};

/// Before an operation begins: asks `simruns.core.logs` how much is wanted. Requires the GIL.
void prepare_event_log();

/// Logs what has come, if anything. Requires the GIL.
void drain_event_log();

}  // namespace simruns_python
