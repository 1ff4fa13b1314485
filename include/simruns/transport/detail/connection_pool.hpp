#pragma once

#include "simruns/async/context_bound.hpp"
#include "simruns/async/wait_line.hpp"
#include "simruns/transport/detail/connection.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

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
  using clock = std::chrono::steady_clock;
  using bound_pool = std::shared_ptr<context_bound<connection_pool>>;
  class lease;

  /// `most`: leases at a time. `idle_limit`: a connection that was idle for longer is closed.
  connection_pool(boost::asio::any_io_executor executor, std::size_t most,
                  std::chrono::milliseconds idle_limit)
      : line_(executor), executor_(std::move(executor)), most_(most), idle_limit_(idle_limit) {}

  boost::asio::any_io_executor const& executor() const noexcept { return executor_; }

  /// The connection that was used last, if it is still good, or null. Closes those that are not.
  std::unique_ptr<connection> take_idle();

  void keep(std::unique_ptr<connection> used) { idle_.emplace_back(std::move(used), clock::now()); }

  void drop_idle() noexcept { idle_.clear(); }

  /// First come, first served.
  /// Throws: not_begun_error (cancelled).   Cancels: terminal, partial, total.
  static boost::asio::awaitable<lease> take_lease(bound_pool shared);

 private:
  struct idle_connection {
    idle_connection(std::unique_ptr<connection> l, clock::time_point s)
        : link(std::move(l)), since(s) {}
    std::unique_ptr<connection> link;
    clock::time_point since;
  };

  bool has_room() const noexcept { return leased_ < most_; }

  wait_line line_;
  boost::asio::any_io_executor executor_;
  std::size_t most_;
  std::chrono::milliseconds idle_limit_;
  std::vector<idle_connection> idle_;  ///< The one used last at the end.
  std::size_t leased_ = 0;
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
