#pragma once

#include "simruns/async/context_bound.hpp"
#include "simruns/async/detached_thread.hpp"
#include "simruns/async/of_this_process.hpp"
#include "simruns/async/wait.hpp"
#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/transport/detail/fork_timer.hpp"
#include "simruns/transport/detail/resolve.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace simruns::detail {

/// Threads for `getaddrinfo`, which cannot be interrupted: a lookup that nobody waits for any more
/// finishes on its own and is forgotten.
class lookup_threads {
 public:
  void run(std::function<void()> job) {
    std::lock_guard const lock(mutex_);
    jobs_.push_back(std::move(job));
    if (running_ == max_threads) return;
    try {
      start_detached_thread([this] { work(); });
    } catch (...) {
      jobs_.pop_back();
      throw;
    }
    ++running_;
  }

 private:
  static constexpr int max_threads = 16;

  void work() {
    for (;;) {
      std::function<void()> job;
      {
        std::lock_guard const lock(mutex_);
        if (jobs_.empty()) {
          --running_;
          return;
        }
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      job();
    }
  }

  std::mutex mutex_;
  std::deque<std::function<void()>> jobs_;
  int running_ = 0;
};

/// One lookup, shared by the thread that does it and the coroutine that may have gone.
struct lookup {
  explicit lookup(boost::asio::any_io_executor const& executor)
      : wake(boost::asio::query(executor, boost::asio::execution::context), executor) {}

  std::mutex mutex;
  bool done = false;
  std::exception_ptr fault;
  endpoints found;
  context_bound<fork_timer> wake;
};

SIMRUNS_INLINE void look_up(std::shared_ptr<lookup> const& state, lookup_function const& how,
                            std::string const& host, std::uint16_t port) {
  std::exception_ptr fault;
  endpoints found;
  try {
    found = how(host, port);
  } catch (...) {
    fault = std::current_exception();
  }
  {
    std::lock_guard const lock(state->mutex);
    state->done = true;
    state->fault = std::move(fault);
    state->found = std::move(found);
  }
  state->wake.with([&](fork_timer& timer) {
    boost::asio::post(timer.get_executor(),
                      [state] { state->wake.with([](fork_timer& waiting) { waiting.cancel(); }); });
  });
}

[[noreturn]] SIMRUNS_INLINE void rethrow_lookup_fault(std::exception_ptr const& fault,
                                                      std::string const& host) {
  try {
    std::rethrow_exception(fault);
  } catch (request_error const&) {
    throw;
  } catch (std::exception const& error) {
    throw request_error(errc::connect, "no address of host " + host + ": " + error.what());
  }
}

/// Throws: request_error (connect), if the zone of an address is no interface of this machine.
SIMRUNS_INLINE void check_zone(std::string const& host, boost::asio::ip::address const& address) {
  auto const percent = host.find('%');
  if (percent == host.npos || !address.is_v6() || !address.to_v6().is_link_local()) return;
  if (address.to_v6().scope_id() != 0) return;
  throw request_error(errc::connect, "no network interface " + host.substr(percent + 1) +
                                         " on this machine, which the address " + host + " names");
}

SIMRUNS_INLINE boost::asio::awaitable<endpoints> resolve(
    lookup_function how, std::string host, std::uint16_t port,
    std::chrono::steady_clock::time_point deadline) {
  namespace asio = boost::asio;
  error_code not_literal;
  auto const literal = asio::ip::make_address(host, not_literal);
  if (!not_literal) check_zone(host, literal);
  if (!not_literal) co_return endpoints(1, asio::ip::tcp::endpoint(literal, port));

  auto executor = co_await asio::this_coro::executor;
  auto state = std::make_shared<lookup>(executor);
  state->wake->expires_at(deadline);
  of_this_process<lookup_threads>().run(
      [state, how, host, port] { look_up(state, how, host, port); });
  auto const woken = co_await wait_for(*state->wake);

  if (state->wake->lost_by_fork)
    throw request_error(errc::transport, "fork has lost the lookup of " + host);
  std::unique_lock lock(state->mutex);
  if (!state->done) {
    lock.unlock();
    if (woken) throw request_error(errc::cancelled, "cancelled while looking up " + host);
    throw request_error(errc::timeout, "looking up " + host + " took too long");
  }
  if (state->fault) rethrow_lookup_fault(state->fault, host);
  if (state->found.empty()) {
    throw request_error(errc::connect, "no address of host " + host + ": the name has none");
  }
  endpoints found = std::move(state->found);
  co_return found;
}

}  // namespace simruns::detail
