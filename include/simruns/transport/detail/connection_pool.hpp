#pragma once

#include "simruns/async/context_bound.hpp"
#include "simruns/transport/detail/connection.hpp"
#include "simruns/transport/transport.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace simruns {

/// The connections of a transport: those that are idle, and who may open or use one. It must not
/// outlive its execution context, see `bound_pool`; used on one strand only.
class connection_pool {
 public:
  using clock = std::chrono::steady_clock;
  using bound_pool = std::shared_ptr<detail::context_bound<connection_pool>>;
  class place;

  /// `most`: places at a time. `idle_limit`: a connection that was idle for longer is closed.
  connection_pool(boost::asio::any_io_executor executor, std::size_t most,
                  std::chrono::milliseconds idle_limit)
      : executor_(std::move(executor)), most_(most), idle_limit_(idle_limit) {}

  boost::asio::any_io_executor const& executor() const noexcept { return executor_; }

  /// The connection that was used last, if it is still good, or null. Closes those that are not.
  std::unique_ptr<connection> take_idle();

  void keep(std::unique_ptr<connection> used) { idle_.emplace_back(std::move(used), clock::now()); }

  void drop_idle() noexcept { idle_.clear(); }

  /// First come, first served: a place that is given up goes straight to the first who waits.
  /// Throws: not_begun_error (cancelled).   Cancels: terminal, partial, total.
  static boost::asio::awaitable<place> take_place(bound_pool shared);

 private:
  class turn;

  /// One who waits for a place; `granted` when it is its turn.
  struct waiter {
    explicit waiter(boost::asio::any_io_executor const& executor)
        : wake(executor, clock::time_point::max()) {}
    boost::asio::steady_timer wake;
    bool granted = false;
  };

  struct idle_connection {
    idle_connection(std::unique_ptr<connection> l, clock::time_point s)
        : link(std::move(l)), since(s) {}
    std::unique_ptr<connection> link;
    clock::time_point since;
  };

  void pass_on() noexcept;

  boost::asio::any_io_executor executor_;
  std::size_t most_;
  std::chrono::milliseconds idle_limit_;
  std::vector<idle_connection> idle_;  ///< The one used last at the end.
  std::deque<std::shared_ptr<waiter>> waiting_;
  std::size_t busy_ = 0;
};

/// A right to one connection, given back by the destructor.
class connection_pool::place {
 public:
  explicit place(bound_pool from) : pool_(std::move(from)) {}
  place(place&& other) noexcept = default;
  place& operator=(place&&) = delete;
  ~place() {
    if (pool_) pool_->with([](connection_pool& p) { p.pass_on(); });
  }

 private:
  bound_pool pool_;
};

/// A turn in the queue. Its destructor leaves the queue, and passes on a place that was granted and
/// not taken: who waited for it may have been cancelled at that very moment.
class connection_pool::turn {
 public:
  explicit turn(bound_pool from)
      : pool_(std::move(from)), self_(std::make_shared<waiter>((*pool_)->executor_)) {
    (*pool_)->waiting_.push_back(self_);
  }
  turn(turn const&) = delete;
  turn& operator=(turn const&) = delete;
  ~turn() {
    pool_->with([this](connection_pool& p) {
      std::erase(p.waiting_, self_);
      if (self_->granted) p.pass_on();
    });
  }

  boost::asio::steady_timer& wake() noexcept { return self_->wake; }
  bool take() noexcept { return std::exchange(self_->granted, false); }

 private:
  bound_pool pool_;
  std::shared_ptr<waiter> self_;
};

inline std::unique_ptr<connection> connection_pool::take_idle() {
  auto const oldest = clock::now() - idle_limit_;
  std::erase_if(idle_, [&](idle_connection const& one) {
    return one.since < oldest || !one.link->is_quiet();
  });
  if (idle_.empty()) return nullptr;
  auto last = std::move(idle_.back().link);
  idle_.pop_back();
  return last;
}

inline void connection_pool::pass_on() noexcept {
  if (waiting_.empty()) {
    --busy_;
    return;
  }
  waiting_.front()->granted = true;
  waiting_.front()->wake.cancel();
  waiting_.pop_front();
}

inline boost::asio::awaitable<connection_pool::place> connection_pool::take_place(
    bound_pool shared) {
  namespace asio = boost::asio;
  auto& pool = **shared;
  if (pool.busy_ < pool.most_) {
    ++pool.busy_;
    co_return place(shared);
  }
  auto const began = clock::now();
  turn own(shared);
  error_code woken;
  co_await own.wake().async_wait(asio::redirect_error(asio::use_awaitable, woken));
  auto const state = co_await asio::this_coro::cancellation_state;
  bool const wanted = state.cancelled() == asio::cancellation_type::none;
  if (wanted && own.take()) co_return place(shared);
  request_failure failure;
  failure.code = errc::cancelled;
  failure.message = "cancelled while waiting for a connection";
  failure.waited = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began);
  throw not_begun_error(std::move(failure));
}

}  // namespace simruns
