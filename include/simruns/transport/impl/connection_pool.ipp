#pragma once

#include "simruns/async/detached_thread.hpp"
#include "simruns/async/of_this_process.hpp"
#include "simruns/async/post_to.hpp"
#include "simruns/config.hpp"
#include "simruns/transport/detail/connection_pool.hpp"
#include "simruns/transport/transport.hpp"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <mutex>
#include <new>
#include <thread>

namespace simruns::detail {

/// Has the pools that hold idle connections sweep them a few times a second. A wait of Asio's for
/// the end of each would be simpler, but would count as work, so that the `run` of a context never
/// returned while a connection is kept. This thread is there only as long as there is such a pool.
class pool_sweeper {
 public:
  /// False: there is no thread for it, and what is idle is looked at by the next request only.
  bool add(connection_pool::bound_pool const& pool) {
    std::lock_guard const lock(mutex_);
    for (auto const& one : pools_) {
      if (!one.owner_before(pool) && !pool.owner_before(one)) return true;
    }
    pools_.push_back(pool);
    if (running_) return true;
    try {
      start_detached_thread([this] { work(); });
      running_ = true;
    } catch (std::exception const&) {
      pools_.pop_back();
    }
    return running_;
  }

 private:
  using weak_pool = connection_pool::bound_pool::weak_type;

  void work() {
    static constexpr std::chrono::milliseconds pause{250};
    do std::this_thread::sleep_for(pause);
    while (ask_all());
  }

  bool ask_all() {
    // Dropped after the lock, as the last handle of a pool may be here.
    std::vector<connection_pool::bound_pool> held;
    std::lock_guard const lock(mutex_);
    try {
      held.reserve(pools_.size());
    } catch (std::bad_alloc const&) {
      return true;  // the next time
    }
    for (auto one = pools_.begin(); one != pools_.end();) {
      held.push_back(one->lock());
      bool const wanted = held.back() && connection_pool::ask_for_sweep(held.back());
      one = wanted ? one + 1 : pools_.erase(one);
    }
    running_ = !pools_.empty();
    return running_;
  }

  std::mutex mutex_;
  std::vector<weak_pool> pools_;
  bool running_ = false;
};

SIMRUNS_INLINE connection_pool::lease::~lease() {
  if (!pool_) return;
  pool_->with([](connection_pool& pool) {
    --pool.leased_;
    pool.line_.wake();
  });
}

SIMRUNS_INLINE connection_pool::connection_pool(boost::asio::any_io_executor executor,
                                                std::size_t most,
                                                std::chrono::milliseconds idle_limit)
    : line_(executor), executor_(std::move(executor)), most_(most) {
  static constexpr std::chrono::milliseconds none_at_all{-1};
  static constexpr std::chrono::milliseconds century = std::chrono::hours{24 * 365 * 100};
  idle_limit_ = std::clamp(idle_limit, none_at_all, century);  // in nanoseconds, it has to fit
}

SIMRUNS_INLINE void connection_pool::sweep() {
  auto const oldest = uptime_clock::now() - idle_limit_;
  for (auto one = idle_.begin(); one != idle_.end();) {
    bool const good = one->since >= oldest && one->link->is_quiet();
    one = good ? one + 1 : idle_.erase(one);
  }
}

SIMRUNS_INLINE void connection_pool::sweep_as_asked() {
  sweep_is_due_ = false;
  sweep();
  if (idle_.empty()) swept_in_ = 0;
}

SIMRUNS_INLINE connection_pool::idle_connection connection_pool::take_idle() {
  sweep();
  idle_connection last;
  if (idle_.empty()) return last;
  last = std::move(idle_.back());
  idle_.pop_back();
  return last;
}

SIMRUNS_INLINE void connection_pool::keep(bound_pool const& shared,
                                          std::unique_ptr<connection> used) {
  auto& pool = **shared;
  pool.note_first_byte(*used);
  if (!used->reusable()) return;
  pool.idle_.emplace_back(std::move(used), uptime_clock::now());
  auto const here = ::getpid();
  if (pool.swept_in_.exchange(here) == here) return;
  if (!of_this_process<pool_sweeper>().add(shared)) pool.swept_in_ = 0;
}

SIMRUNS_INLINE bool connection_pool::ask_for_sweep(bound_pool const& shared) {
  bool wanted = false;
  shared->with([&](connection_pool& pool) {
    wanted = pool.swept_in_ != 0;
    if (!wanted || pool.sweep_is_due_.exchange(true)) return;
    try {
      post_to(pool.executor_, [weak = std::weak_ptr(shared)] {
        auto const still = weak.lock();
        if (still) still->with([](connection_pool& now) { now.sweep_as_asked(); });
      });
    } catch (std::bad_alloc const&) {
      pool.sweep_is_due_ = false;  // it is asked again soon
    }
  });
  return wanted;
}

SIMRUNS_INLINE void connection_pool::drop_with(idle_connection dead) noexcept {
  for (auto one = idle_.begin(); one != idle_.end();) {
    one = one->since > dead.since ? one + 1 : idle_.erase(one);
  }
}

/// A slow server stays known as one for some responses, as they are not all slow.
SIMRUNS_INLINE void connection_pool::note_first_byte(connection const& used) noexcept {
  slowest_ = std::max(used.first_byte_after(), slowest_ - slowest_ / 8);
}

SIMRUNS_INLINE std::chrono::steady_clock::duration connection_pool::patience(
    std::chrono::steady_clock::duration left) const noexcept {
  static constexpr std::chrono::steady_clock::duration least = std::chrono::seconds{2};
  auto const half = left / 2;
  return slowest_ < half ? std::min(std::max(least, 4 * slowest_), half) : left;
}

SIMRUNS_INLINE boost::asio::awaitable<connection_pool::lease> connection_pool::take_lease(
    bound_pool shared) {
  using clock = std::chrono::steady_clock;
  auto& pool = **shared;
  if (pool.line_.empty() && pool.has_room()) co_return lease(shared);
  auto const began = clock::now();
  wait_slot const slot(pool.line_);
  bool wanted = true;
  while (wanted && !(slot.is_first() && pool.has_room())) wanted = co_await slot.wait();
  if (wanted) co_return lease(shared);
  request_failure failure;
  failure.code = errc::cancelled;
  failure.message = "cancelled while waiting for a connection";
  failure.waited = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began);
  throw not_begun_error(std::move(failure));
}

}  // namespace simruns::detail
