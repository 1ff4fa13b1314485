#pragma once

#include "simruns/async/context_bound.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>

namespace simruns::detail {

/// A line of coroutines that wait for the same thing, first come, first served. Whoever is first
/// looks whether the thing is there, takes it and leaves the line by destroying its `wait_slot`,
/// which wakes the next. Nothing is lost where the one who was woken is cancelled in that moment.
/// A handle: copies share the line. Used on one strand; its timers go with the execution context.
class wait_line {
 public:
  explicit wait_line(boost::asio::any_io_executor const& executor);

  /// Whether nobody is in the line. A newcomer must not overtake those who are.
  bool empty() const noexcept;

  /// Has the first look again; the others wait for their turn to be first. Works after the
  /// execution context, too, when nobody waits any more.
  void wake() noexcept;

 private:
  friend class wait_slot;
  struct waiter;
  struct waiters;

  std::shared_ptr<context_bound<waiters>> waiters_;
};

/// A coroutine's stay in a line: its constructor joins the line at the end, its destructor leaves
/// it, and wakes the next if this one was first.
class wait_slot {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit wait_slot(wait_line const& line);
  wait_slot(wait_slot const&) = delete;
  wait_slot& operator=(wait_slot const&) = delete;
  ~wait_slot();

  bool is_first() const noexcept;

  /// Completes: when woken, or at `until`: look again.   False: the operation was cancelled.
  /// Cancels:   terminal, partial, total.
  boost::asio::awaitable<bool> wait(time_point until = time_point::max()) const;

 private:
  wait_line line_;
  wait_line::waiter* self_ = nullptr;
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/async/impl/wait_line.ipp"
#endif
