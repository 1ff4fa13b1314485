#pragma once

#include "simruns/request/client_config.hpp"
#include "simruns/transport/detail/connection.hpp"
#include "simruns/transport/detail/connection_pool.hpp"
#include "simruns/transport/transport.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace simruns {

/// HTTP/1.1 over TCP or TLS, by a pool of connections that are kept alive between requests. All of
/// its state is used on one strand, that of its client.
class http_transport final : public transport {
 public:
  /// `executor`: a strand. `lookup`: finds addresses in place of the system, for tests and for
  /// names that the system does not know. `idle_limit`: a connection that was idle for longer is
  /// closed rather than used; servers and firewalls forget such.
  /// Throws: request_error (errc::tls) if `config.ca_file` holds no certificate.
  http_transport(boost::asio::any_io_executor executor, client_config const& config,
                 lookup_function lookup = system_lookup,
                 std::chrono::milliseconds idle_limit = std::chrono::seconds{60});

  /// See `transport::exchange`. Waits for a connection if all are busy; that wait is not part of
  /// the limits, and is told as `waited`.
  boost::asio::awaitable<http_response> exchange(http_request request,
                                                 attempt_limits limits) override;

 private:
  using clock = std::chrono::steady_clock;

  using options = std::shared_ptr<connect_options const>;
  using bound_pool = connection_pool::bound_pool;

  static boost::asio::awaitable<http_response> attempt(bound_pool shared, options how,
                                                       http_request request, attempt_limits limits);
  static boost::asio::awaitable<http_response> on_new_connection(bound_pool shared, options how,
                                                                 http_request request,
                                                                 attempt_limits limits,
                                                                 clock::time_point until);
  static boost::asio::awaitable<http_response> exchange_within(connection& on, http_request request,
                                                               attempt_limits limits,
                                                               clock::time_point until);
  static clock::time_point after(clock::time_point start, std::chrono::milliseconds limit) {
    return limit.count() == 0 ? clock::time_point::max() : start + limit;
  }

  std::string host_;
  std::uint16_t port_;
  options how_;
  bound_pool pool_;
};

inline http_transport::http_transport(boost::asio::any_io_executor executor,
                                      client_config const& config, lookup_function lookup,
                                      std::chrono::milliseconds idle_limit)
    : host_(config.base.host()), port_(config.base.port()) {
  auto how = std::make_shared<connect_options>();
  how->lookup = std::move(lookup);
  how->proxy = config.proxy;
  if (config.base.is_https()) {
    how->tls = std::make_shared<boost::asio::ssl::context>(make_tls_context(config.ca_file));
    how->own_authorities = !config.ca_file.empty();
  }
  how_ = std::move(how);
  auto& context = boost::asio::query(executor, boost::asio::execution::context);
  pool_ = std::make_shared<detail::context_bound<connection_pool>>(context, std::move(executor),
                                                                   config.connections, idle_limit);
}

inline boost::asio::awaitable<http_response> http_transport::exchange(http_request request,
                                                                      attempt_limits limits) {
  if (request.host != host_ || request.port != port_ || request.tls != (how_->tls != nullptr)) {
    throw request_error(errc::invalid_argument, "this transport is for " + host_ + " port " +
                                                    std::to_string(port_) +
                                                    " only; make one for each server");
  }
  auto shared = pool_;
  auto how = how_;
  auto const began = clock::now();
  auto const held = co_await connection_pool::take_place(shared);
  auto const waited = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began);
  try {
    auto response = co_await attempt(shared, how, std::move(request), limits);
    response.waited = waited;
    co_return response;
  } catch (request_error const& error) {
    auto failure = error.failure();
    failure.waited = waited;
    throw request_error(std::move(failure));
  }
}

/// On an idle connection if there is one. A server may have closed it meanwhile: where it dies
/// before the first byte of the answer, the request goes out once more, on a new one.
inline boost::asio::awaitable<http_response> http_transport::attempt(bound_pool shared, options how,
                                                                     http_request request,
                                                                     attempt_limits limits) {
  auto const until = after(clock::now(), limits.attempt_timeout);
  if (auto used = (*shared)->take_idle()) {
    try {
      auto response = co_await exchange_within(*used, request, limits, until);
      if (used->reusable()) (*shared)->keep(std::move(used));
      co_return response;
    } catch (request_error const& failed) {
      bool const stale = !used->answered() && failed.code() == errc::transport;
      if (!stale) throw;
    }
    (*shared)->drop_idle();
  }
  co_return co_await on_new_connection(shared, how, std::move(request), limits, until);
}

inline boost::asio::awaitable<http_response> http_transport::on_new_connection(
    bound_pool shared, options how, http_request request, attempt_limits limits,
    clock::time_point until) {
  auto fresh = std::make_unique<connection>((*shared)->executor());
  auto const connect_until = std::min(until, after(clock::now(), limits.connect_timeout));
  try {
    co_await fresh->connect(request.host, request.port, how, connect_until);
  } catch (request_error const& failed) {
    bool const own = connect_until < until;
    auto const& proxy = how->proxy;
    rethrow_deadline(failed, own ? "connect_timeout" : "attempt_timeout",
                     own ? limits.connect_timeout : limits.attempt_timeout,
                     "there was a connection to " + request.host + " port " +
                         std::to_string(request.port) +
                         (proxy ? " by the proxy " + proxy->text() : ""));
  }
  auto response = co_await exchange_within(*fresh, std::move(request), limits, until);
  if (fresh->reusable()) (*shared)->keep(std::move(fresh));
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

}  // namespace simruns
