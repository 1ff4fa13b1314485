#pragma once

#include "simruns/request/client_config.hpp"
#include "simruns/transport/connection.hpp"
#include "simruns/transport/transport.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace simruns {

/// HTTP/1.1 over TCP or TLS, by a pool of connections that are kept alive between requests. All of
/// its state is used on one strand, that of its client.
class http_transport final : public transport {
 public:
  /// `executor`: a strand. Throws: request_error (errc::tls) if `config.ca_file` cannot be read.
  http_transport(boost::asio::any_io_executor executor, client_config const& config);

  /// See `transport::exchange`. Waits for a connection if all are busy; that wait is not part of
  /// the limits.
  boost::asio::awaitable<http_response> exchange(http_request request,
                                                 attempt_limits limits) override;

 private:
  using clock = std::chrono::steady_clock;

  /// One exchange that waits for a place; `granted` when it is its turn.
  struct waiter {
    explicit waiter(boost::asio::any_io_executor const& executor)
        : wake(executor, clock::time_point::max()) {}
    boost::asio::steady_timer wake;
    bool granted = false;
  };

  /// What must not outlive the execution context, and what is counted.
  struct pool {
    explicit pool(boost::asio::any_io_executor e) : executor(std::move(e)) {}
    boost::asio::any_io_executor executor;
    std::vector<std::unique_ptr<connection>> idle;
    std::deque<std::shared_ptr<waiter>> waiting;
    std::size_t busy = 0;
  };
  using bound_pool = std::shared_ptr<detail::context_bound<pool>>;

  /// A right to one connection, given back by the destructor.
  class place {
   public:
    explicit place(bound_pool from) : pool_(std::move(from)) {}
    place(place&& other) noexcept = default;
    place& operator=(place&&) = delete;
    ~place();

   private:
    bound_pool pool_;
  };

  static boost::asio::awaitable<place> take_place(bound_pool shared, std::size_t most);
  static boost::asio::awaitable<http_response> attempt(
      bound_pool shared, std::shared_ptr<boost::asio::ssl::context> tls, http_request request,
      attempt_limits limits);
  static boost::asio::awaitable<http_response> on_new_connection(
      bound_pool shared, std::shared_ptr<boost::asio::ssl::context> tls, http_request request,
      attempt_limits limits, clock::time_point until);
  static boost::asio::awaitable<http_response> exchange_within(connection& on, http_request request,
                                                               attempt_limits limits,
                                                               clock::time_point until);
  static void keep(bound_pool const& shared, std::unique_ptr<connection> used);
  static clock::time_point after(clock::time_point start, std::chrono::milliseconds limit) {
    return limit.count() == 0 ? clock::time_point::max() : start + limit;
  }

  std::size_t most_;
  std::string host_;
  std::uint16_t port_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  bound_pool pool_;
};

inline http_transport::http_transport(boost::asio::any_io_executor executor,
                                      client_config const& config)
    : most_(config.connections), host_(config.base.host()), port_(config.base.port()) {
  if (config.base.is_https()) {
    tls_ = std::make_shared<boost::asio::ssl::context>(make_tls_context(config.ca_file));
  }
  auto& context = boost::asio::query(executor, boost::asio::execution::context);
  pool_ = std::make_shared<detail::context_bound<pool>>(context, std::move(executor));
}

inline http_transport::place::~place() {
  if (!pool_) return;
  pool_->with([](pool& p) {
    if (p.waiting.empty()) {
      --p.busy;
      return;
    }
    p.waiting.front()->granted = true;
    p.waiting.front()->wake.cancel();
    p.waiting.pop_front();
  });
}

/// First come, first served: a place that is given up goes straight to the first who waits.
inline boost::asio::awaitable<http_transport::place> http_transport::take_place(bound_pool shared,
                                                                                std::size_t most) {
  namespace asio = boost::asio;
  if ((*shared)->busy < most) {
    ++(*shared)->busy;
    co_return place(shared);
  }
  auto turn = std::make_shared<waiter>((*shared)->executor);
  (*shared)->waiting.push_back(turn);
  error_code woken;
  co_await turn->wake.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  if (turn->granted) co_return place(shared);
  std::erase((*shared)->waiting, turn);
  throw request_error(errc::cancelled, "cancelled while waiting for a connection");
}

inline boost::asio::awaitable<http_response> http_transport::exchange(http_request request,
                                                                      attempt_limits limits) {
  if (request.host != host_ || request.port != port_ || request.tls != (tls_ != nullptr)) {
    throw request_error(errc::invalid_argument, "this transport is for " + host_ + " port " +
                                                    std::to_string(port_) +
                                                    " only; make one for each server");
  }
  auto shared = pool_;
  auto tls = tls_;
  auto const held = co_await take_place(shared, most_);
  co_return co_await attempt(shared, tls, std::move(request), limits);
}

/// On an idle connection if there is one. A server may have closed it meanwhile: where it dies
/// before the first byte of the answer, the request goes out once more, on a new one.
inline boost::asio::awaitable<http_response> http_transport::attempt(
    bound_pool shared, std::shared_ptr<boost::asio::ssl::context> tls, http_request request,
    attempt_limits limits) {
  auto const until = after(clock::now(), limits.attempt_timeout);
  if (!(*shared)->idle.empty()) {
    auto used = std::move((*shared)->idle.back());
    (*shared)->idle.pop_back();
    try {
      auto response = co_await exchange_within(*used, request, limits, until);
      keep(shared, std::move(used));
      co_return response;
    } catch (request_error const& failed) {
      bool const stale = !used->answered() && failed.code() == errc::transport;
      if (!stale) throw;
    }
    (*shared)->idle.clear();
  }
  co_return co_await on_new_connection(shared, tls, std::move(request), limits, until);
}

inline boost::asio::awaitable<http_response> http_transport::on_new_connection(
    bound_pool shared, std::shared_ptr<boost::asio::ssl::context> tls, http_request request,
    attempt_limits limits, clock::time_point until) {
  auto fresh = std::make_unique<connection>((*shared)->executor);
  auto const connect_until = std::min(until, after(clock::now(), limits.connect_timeout));
  auto* const context = request.tls ? tls.get() : nullptr;
  try {
    co_await fresh->connect(request.host, request.port, context, connect_until);
  } catch (request_error const& failed) {
    bool const own = connect_until < until;
    rethrow_deadline(
        failed, own ? "connect_timeout" : "attempt_timeout",
        own ? limits.connect_timeout : limits.attempt_timeout,
        "there was a connection to " + request.host + " port " + std::to_string(request.port));
  }
  auto response = co_await exchange_within(*fresh, std::move(request), limits, until);
  keep(shared, std::move(fresh));
  co_return response;
}

inline boost::asio::awaitable<http_response> http_transport::exchange_within(
    connection& on, http_request request, attempt_limits limits, clock::time_point until) {
  try {
    co_return co_await on.exchange(std::move(request), limits, until);
  } catch (request_error const& failed) {
    rethrow_deadline(failed, "attempt_timeout", limits.attempt_timeout, "the answer was whole");
  }
}

inline void http_transport::keep(bound_pool const& shared, std::unique_ptr<connection> used) {
  if (used->reusable()) (*shared)->idle.push_back(std::move(used));
}

}  // namespace simruns
