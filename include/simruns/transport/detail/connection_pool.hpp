#pragma once

#include "simruns/async/context_bound.hpp"
#include "simruns/async/wait_line.hpp"
#include "simruns/transport/detail/connection.hpp"
#include "simruns/transport/detail/uptime_clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace simruns::detail {

/// The connections of a transport: those that are idle, and who may open or use one. It must not
/// outlive its execution context, see `bound_pool`; used on one strand only.
class connection_pool {
 public:
  using bound_pool = std::shared_ptr<context_bound<connection_pool>>;
  class lease;

  /// A connection that nobody uses; null where there is none.
  struct idle_connection {
    std::unique_ptr<connection> link;
    uptime_clock::time_point since{};

    idle_connection() = default;
    idle_connection(std::unique_ptr<connection> l, uptime_clock::time_point s)
        : link(std::move(l)), since(s) {}
  };

  /// `most`: leases at a time. `idle_limit`: a connection that was idle for longer is closed.
  connection_pool(boost::asio::any_io_executor executor, std::size_t most,
                  std::chrono::milliseconds idle_limit);

  boost::asio::any_io_executor const& executor() const noexcept { return executor_; }

  /// The connection that was used last, if it is still good. Closes those that are not.
  idle_connection take_idle();

  /// Keeps a connection for the next who asks, if it is fit for that.
  static void keep(bound_pool const& shared, std::unique_ptr<connection> used);

  /// Closes `dead`, and every connection that was last used no later: whatever cut the one off
  /// while it was idle, cut them off, too.
  void drop_with(idle_connection dead) noexcept;

  /// How long a kept connection may be silent before it counts as dead, of the time that is left:
  /// two seconds, or longer where the server takes longer to begin a response. No more than half,
  /// so that a new connection can be tried in the other half; but all of it where the server took
  /// that half of late, as a new connection would not be answered in time either.
  std::chrono::steady_clock::duration patience(
      std::chrono::steady_clock::duration left) const noexcept;

  /// First come, first served.
  /// Throws: not_begun_error (cancelled).   Cancels: terminal, partial, total.
  static boost::asio::awaitable<lease> take_lease(bound_pool shared);

  /// Has the idle connections looked at soon, and those closed that are no longer good. False:
  /// there are none. Threads: any.
  static bool ask_for_sweep(bound_pool const& shared);

  /// See `context_bound`. The connections have closed themselves.
  void forked() noexcept { sweep_is_due_ = false; }

 private:
  bool has_room() const noexcept { return leased_ < most_; }
  void note_first_byte(connection const& used) noexcept;
  void sweep();
  void sweep_as_asked();

  wait_line line_;
  boost::asio::any_io_executor executor_;
  std::size_t most_;
  std::chrono::milliseconds idle_limit_;
  std::vector<idle_connection> idle_;  ///< The one used last at the end.
  std::size_t leased_ = 0;
  connection::clock::duration slowest_{};  ///< First byte of late.
  std::atomic<pid_t> swept_in_{0};         ///< The process whose sweeper knows of this; 0: none.
  std::atomic<bool> sweep_is_due_{false};
};

/// A right to one connection, given back by the destructor.
class connection_pool::lease {
 public:
  explicit lease(bound_pool from) : pool_(std::move(from)) { ++(*pool_)->leased_; }
  lease(lease&& other) noexcept = default;
  lease& operator=(lease&&) = delete;
  ~lease();

 private:
  bound_pool pool_;
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/connection_pool.ipp"
#endif
