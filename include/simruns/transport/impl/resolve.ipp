#pragma once

#include "simruns/async/context_bound.hpp"
#include "simruns/async/detached_thread.hpp"
#include "simruns/async/of_this_process.hpp"
#include "simruns/async/post_to.hpp"
#include "simruns/async/wait.hpp"
#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/transport/detail/fork_timer.hpp"
#include "simruns/transport/detail/resolve.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <list>
#include <memory>
#include <mutex>
#include <new>
#include <thread>
#include <utility>
#include <vector>

namespace simruns::detail {

/// Where a coroutine waits for a lookup. It has gone when nobody holds it any more.
struct lookup_waiter {
  explicit lookup_waiter(boost::asio::any_io_executor const& executor)
      : wake(boost::asio::query(executor, boost::asio::execution::context), executor) {}

  context_bound<fork_timer> wake;
};

/// One lookup, for all who wait for it.
struct lookup {
  bool wanted() const noexcept {
    for (auto const& waiter : waiters) {
      if (!waiter.expired()) return true;
    }
    return false;
  }

  bool begun = false;
  bool done = false;
  std::exception_ptr fault;
  endpoints found;
  std::vector<std::weak_ptr<lookup_waiter>> waiters;
};

/// Tells a waiter that its lookup is done. This thread has time: where there is no memory for that
/// now, it tries again, for as long as somebody waits.
SIMRUNS_INLINE void wake_waiter(std::weak_ptr<lookup_waiter> const& waiter) {
  static constexpr std::chrono::milliseconds pause{10};
  while (auto const here = waiter.lock()) {
    try {
      here->wake.with([&](fork_timer& timer) {
        post_to(timer.get_executor(), [waiter] {
          auto const still = waiter.lock();
          if (still) still->wake.with([](fork_timer& waiting) { waiting.cancel(); });
        });
      });
      return;
    } catch (std::bad_alloc const&) {
    }
    std::this_thread::sleep_for(pause);
  }
}

/// The lookups of this process, each on a thread of its own, since `getaddrinfo` cannot be
/// interrupted. A host has one at a time, for all who ask meanwhile. One that nobody waits for any
/// more goes on by itself and is forgotten: the next who asks begins another, unless so many of
/// that host hang already that it has to wait for one of those to end. Other hosts do not notice.
class lookup_threads {
 public:
  /// Begins a lookup, or joins the one that is under way; `waiter` is woken when it is done.
  std::shared_ptr<lookup> join(shared_lookup const& how, std::string const& host,
                               std::uint16_t port, std::shared_ptr<lookup_waiter> const& waiter) {
    std::lock_guard const lock(mutex_);
    auto& of = lookups_of(how, host, port);
    if (!of.latest || !of.latest->wanted()) of.latest = std::make_shared<lookup>();
    auto const joined = of.latest;
    joined->waiters.push_back(waiter);
    if (joined->begun || of.threads == most_of_a_host) return joined;
    try {
      start_detached_thread([this, &of, joined] { work(of, joined); });
    } catch (...) {
      if (of.threads == 0) of.latest.reset();  // no thread of the host would come to it
      throw;
    }
    joined->begun = true;
    ++of.threads;
    return joined;
  }

  /// Gives what a lookup has found, or throws what it threw. False: it is not done.
  bool result(lookup const& of, endpoints& found) {
    std::lock_guard const lock(mutex_);
    if (of.fault) std::rethrow_exception(of.fault);
    if (of.done) found = of.found;
    return of.done;
  }

 private:
  static constexpr int most_of_a_host = 4;

  struct host_lookups {
    shared_lookup how;
    std::string host;
    std::uint16_t port = 0;
    std::shared_ptr<lookup> latest;  ///< Under way, or to begin when a thread is free.
    int threads = 0;
  };

  /// Plain functions are one and the same for all clients; of others, each client has its own.
  static bool are_same(shared_lookup const& a, shared_lookup const& b) {
    if (a == b) return true;
    using plain = endpoints (*)(std::string const&, std::uint16_t);
    auto const* const first = a->target<plain>();
    auto const* const second = b->target<plain>();
    return first != nullptr && second != nullptr && *first == *second;
  }

  host_lookups& lookups_of(shared_lookup const& how, std::string const& host, std::uint16_t port) {
    for (auto one = hosts_.begin(); one != hosts_.end();) {
      if (one->port == port && one->host == host && are_same(one->how, how)) return *one;
      auto const idle = one++;
      if (idle->threads == 0) hosts_.erase(idle);
    }
    hosts_.emplace_back();
    auto& out = hosts_.back();
    out.how = how;
    out.host = host;
    out.port = port;
    return out;
  }

  void work(host_lookups& of, std::shared_ptr<lookup> job) {
    while (job) {
      std::exception_ptr fault;
      endpoints found;
      try {
        found = (*of.how)(of.host, of.port);
      } catch (...) {
        fault = std::current_exception();
      }
      for (auto const& waiter : finish(*job, std::move(fault), std::move(found))) {
        wake_waiter(waiter);
      }
      job = next(of, job);
    }
  }

  std::vector<std::weak_ptr<lookup_waiter>> finish(lookup& job, std::exception_ptr fault,
                                                   endpoints found) noexcept {
    std::lock_guard const lock(mutex_);
    job.done = true;
    job.fault = std::move(fault);
    job.found = std::move(found);
    return std::exchange(job.waiters, {});
  }

  /// What the thread that has done `job` does next; nothing if it is to end.
  std::shared_ptr<lookup> next(host_lookups& of, std::shared_ptr<lookup> const& job) noexcept {
    std::lock_guard const lock(mutex_);
    if (of.latest == job) of.latest.reset();
    bool const waiting = of.latest && !of.latest->begun && of.latest->wanted();
    if (!waiting) {
      --of.threads;
      return nullptr;
    }
    of.latest->begun = true;
    return of.latest;
  }

  std::mutex mutex_;
  std::list<host_lookups> hosts_;
};

[[noreturn]] SIMRUNS_INLINE void rethrow_lookup_fault(std::exception_ptr const& fault,
                                                      std::string const& host) {
  try {
    std::rethrow_exception(fault);
  } catch (request_error const&) {
    throw;
  } catch (std::bad_alloc const&) {
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
    shared_lookup how, std::string host, std::uint16_t port,
    std::chrono::steady_clock::time_point deadline) {
  namespace asio = boost::asio;
  error_code not_literal;
  auto const literal = asio::ip::make_address(host, not_literal);
  if (!not_literal) check_zone(host, literal);
  if (!not_literal) co_return endpoints(1, asio::ip::tcp::endpoint(literal, port));

  auto executor = co_await asio::this_coro::executor;
  auto const waiter = std::make_shared<lookup_waiter>(executor);
  waiter->wake->expires_at(deadline);
  auto& threads = of_this_process<lookup_threads>();
  auto const joined = threads.join(how, host, port, waiter);
  auto const woken = co_await wait_for(*waiter->wake);

  if (waiter->wake->lost_by_fork)
    throw request_error(errc::transport, "fork has lost the lookup of " + host);
  endpoints found;
  bool done = false;
  try {
    done = threads.result(*joined, found);
  } catch (...) {
    rethrow_lookup_fault(std::current_exception(), host);
  }
  if (!done) {
    if (woken) throw request_error(errc::cancelled, "cancelled while looking up " + host);
    throw request_error(errc::timeout, "looking up " + host + " took too long");
  }
  if (found.empty()) {
    throw request_error(errc::connect, "no address of host " + host + ": the name has none");
  }
  co_return found;
}

}  // namespace simruns::detail
