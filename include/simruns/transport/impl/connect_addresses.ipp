#pragma once

#include "simruns/async/context_bound.hpp"
#include "simruns/async/resumed.hpp"
#include "simruns/async/wait.hpp"
#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/transport/detail/connect_addresses.hpp"
#include "simruns/transport/detail/fork_timer.hpp"
#include "simruns/transport/detail/socket_io.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <utility>
#include <vector>

namespace simruns::detail {

SIMRUNS_INLINE endpoints interleave(endpoints const& found) {
  endpoints first;
  endpoints second;
  for (auto const& at : found) {
    bool const as_first = at.address().is_v6() == found.front().address().is_v6();
    (as_first ? first : second).push_back(at);
  }
  endpoints out;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) out.push_back(first[i]);
    if (i < second.size()) out.push_back(second[i]);
  }
  return out;
}

/// Connections under way to the addresses of one host. The handlers share it, so it outlives a
/// coroutine that has gone; used on that coroutine's executor only.
class connect_race {
 public:
  connect_race(boost::asio::any_io_executor const& executor, endpoints order)
      : wake(boost::asio::query(executor, boost::asio::execution::context), executor),
        order_(std::move(order)) {
    faults_.reserve(order_.size());
  }

  bool has_next() const noexcept { return sockets_.size() < order_.size(); }
  bool is_lost() const noexcept { return !has_next() && faults_.size() == order_.size(); }
  bool is_won() const noexcept { return winner_.has_value(); }
  std::size_t failed() const noexcept { return faults_.size(); }

  static void start_next(std::shared_ptr<connect_race> const& race) {
    auto const which = race->sockets_.size();
    race->sockets_.emplace_back(race->wake->get_executor());
    auto const failed = race->connect(which);
    if (failed != boost::asio::error::in_progress) return race->ended(which, failed);
    wait(race, which);
  }

  boost::asio::ip::tcp::socket take() { return std::move(sockets_[*winner_]); }

  void stop() noexcept {
    over_ = true;
    error_code ignored;
    for (auto& socket : sockets_) socket.close(ignored);
  }

  [[noreturn]] void throw_lost(std::string const& to) const {
    request_failure failure;
    failure.code = make_error_code(errc::connect);
    failure.cause = faults_.front().second;
    failure.message = "no connection to " + to;
    if (order_.size() > 1) failure.message += " at any of its addresses: " + list_faults();
    throw request_error(std::move(failure));
  }

  context_bound<fork_timer> wake;  ///< Cancelled whenever a connection came or failed.

 private:
  static constexpr std::size_t most_named = 6;

  /// Waits for one connection, for which there may be no memory.
  struct attempt final : resumption::waiting {
    attempt(std::shared_ptr<connect_race> const& r, std::size_t w)
        : waiting(r->wake->get_executor(), {}, &end_of_wait), race(r), which(w) {}

    void resume(std::exception_ptr thrown) override {
      if (race->over_) return;
      if (thrown) return race->ended(which, boost::asio::error::no_memory);
      auto failed = end_of_wait.code;
      if (!failed) failed = race->outcome(which);
      if (failed != boost::asio::error::in_progress) return race->ended(which, failed);
      try {
        wait(race, which);
      } catch (std::bad_alloc const&) {
        race->ended(which, boost::asio::error::no_memory);
      }
    }

    std::shared_ptr<connect_race> race;
    std::size_t which;
    operation_end end_of_wait;
  };

  static void wait(std::shared_ptr<connect_race> const& race, std::size_t which) {
    resumption connected(std::make_shared<attempt>(race, which));
    race->sockets_[which].async_wait(tcp_socket::wait_write, std::move(connected));
  }

  static error_code system_error(int code) {
    if (code == 0) return {};
    if (code == EINTR) return boost::asio::error::in_progress;
    return error_code(code, boost::asio::error::get_system_category());
  }

  /// Begins to connect. Asio's own function would do the same, and wait by a type of its own, which
  /// costs whoever compiles it.
  error_code connect(std::size_t which) {
    auto const& at = order_[which];
    error_code failed;
    sockets_[which].open(at.protocol(), failed);
    if (!failed) sockets_[which].non_blocking(true, failed);
    if (failed) return failed;
    auto const begun =
        ::connect(sockets_[which].native_handle(), at.data(), static_cast<socklen_t>(at.size()));
    return system_error(begun == 0 ? 0 : errno);
  }

  /// What a connection came to. A socket may count as ready before it is connected.
  error_code outcome(std::size_t which) {
    auto const handle = sockets_[which].native_handle();
    int code = 0;
    socklen_t size = sizeof code;
    if (::getsockopt(handle, SOL_SOCKET, SO_ERROR, &code, &size) != 0) code = errno;
    if (code != 0) return system_error(code);
    sockaddr_storage peer;
    socklen_t room = sizeof peer;
    bool const there = ::getpeername(handle, reinterpret_cast<sockaddr*>(&peer), &room) == 0;
    if (there) return {};
    return boost::asio::error::in_progress;
  }

  void ended(std::size_t which, error_code const& failed) {
    if (over_ || winner_) return;
    if (failed) {
      faults_.emplace_back(which, failed);
    } else {
      winner_ = which;
    }
    wake->cancel();
  }

  std::string list_faults() const {
    std::string out;
    for (std::size_t i = 0; i < std::min(faults_.size(), most_named); ++i) {
      auto const& [which, fault] = faults_[i];
      if (i > 0) out += ", ";
      out += order_[which].address().to_string() + ": " + fault.message();
    }
    if (faults_.size() <= most_named) return out;
    return out + ", and " + std::to_string(faults_.size() - most_named) + " more";
  }

  endpoints order_;
  std::deque<boost::asio::ip::tcp::socket> sockets_;
  std::vector<std::pair<std::size_t, error_code>> faults_;
  std::optional<std::size_t> winner_;
  bool over_ = false;
};

/// Ends a race with the coroutine that waits for it, however that ends.
class race_end {
 public:
  explicit race_end(std::shared_ptr<connect_race> race) : race_(std::move(race)) {}
  race_end(race_end const&) = delete;
  race_end& operator=(race_end const&) = delete;
  ~race_end() { race_->stop(); }

 private:
  std::shared_ptr<connect_race> race_;
};

SIMRUNS_INLINE boost::asio::awaitable<boost::asio::ip::tcp::socket> connect_addresses(
    endpoints found, std::string to, std::chrono::steady_clock::time_point until) {
  namespace asio = boost::asio;
  using clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds patience{250};
  auto executor = co_await asio::this_coro::executor;
  auto race = std::make_shared<connect_race>(executor, interleave(found));
  race_end const at_the_end(race);
  auto next = clock::now();
  std::size_t failed = 0;
  while (!race->is_won()) {
    if (race->is_lost()) race->throw_lost(to);
    auto const now = clock::now();
    if (now >= until) throw request_error(errc::timeout, "connecting to " + to + " took too long");
    if (race->has_next() && (now >= next || race->failed() > failed)) {
      failed = race->failed();
      next = now + patience;
      connect_race::start_next(race);
      if (race->is_won() || race->failed() > failed) continue;
    }
    race->wake->expires_at(race->has_next() ? std::min(next, until) : until);
    co_await wait_for(*race->wake);
    if (race->wake->lost_by_fork) {
      throw request_error(errc::transport, "fork has lost the connection to " + to);
    }
    auto const state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
      throw request_error(errc::cancelled, "cancelled while connecting to " + to);
    }
  }
  co_return race->take();
}

}  // namespace simruns::detail
