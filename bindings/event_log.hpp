#pragma once

#include "simruns/request/request_event.hpp"

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

namespace simruns_python {

class mailbox;

/// The events of requests on their way from the core to Python's `logging`. The core thread puts
/// them in without the GIL. Who waits for a result writes them: no thread of Python's and no lock
/// of Python's is needed, since gevent and eventlet replace both.
class event_log {
 public:
  enum class detail : int { nothing, failures, everything };

  /// The log of this process; a forked child goes on with an empty one.
  static event_log& instance();

  /// Says how much is to be kept. Threads: any.
  void keep(detail wanted) noexcept { wanted_ = wanted; }

  /// Puts an event in. Drops one that is not wanted, and the oldest if none is taken out.
  void put(simruns::request_event const& event);

  /// Gives the events since the last call. The caller says by `logged` when they are logged.
  std::vector<simruns::request_event> take();
  void logged(std::size_t events) noexcept { unlogged_ -= events; }

  /// Held by who takes events until they are logged, so that they are logged in their order, and
  /// that another thread does not go on before those of its own operation are.
  std::recursive_timed_mutex& writing() noexcept { return writing_; }

  /// Whether every event is logged.
  bool empty() const noexcept { return unlogged_ == 0; }

  /// Has an event wake the loop that reads this mailbox. It takes events out as it takes
  /// operations.
  void wake(std::shared_ptr<mailbox> const& box);

 private:
  static constexpr std::size_t most = 10'000;

  std::recursive_timed_mutex writing_;
  std::mutex mutex_;
  std::deque<simruns::request_event> events_;
  std::vector<std::weak_ptr<mailbox>> woken_;
  std::atomic<std::size_t> unlogged_ = 0;
  std::atomic<detail> wanted_ = detail::nothing;
};

/// Before an operation begins: asks `simruns.core.logs` how much is wanted. Requires the GIL.
void prepare_event_log();

/// Logs the events that have come. On return, every operation that has ended has all its records.
/// Requires the GIL. Throws: `error_already_set` where a signal handler or a handler of `logging`
/// raised what is no `Exception`, as for Ctrl-C.
void drain_event_log();

}  // namespace simruns_python
