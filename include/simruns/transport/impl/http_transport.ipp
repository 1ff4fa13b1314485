#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/transport/detail/connection.hpp"
#include "simruns/transport/detail/connection_pool.hpp"
#include "simruns/transport/detail/tls.hpp"
#include "simruns/transport/detail/translate.hpp"
#include "simruns/transport/http_transport.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace simruns {

namespace detail {

/// What a transport and its operations share, so that they may outlive it.
struct http_transport_state {
  http_transport_state(boost::asio::any_io_executor executor, client_config const& config,
                       connect_options options, std::chrono::milliseconds idle_limit)
      : host(config.base.host()),
        port(config.base.port()),
        how(std::make_shared<connect_options>(std::move(options))) {
    auto& context = boost::asio::query(executor, boost::asio::execution::context);
    pool = std::make_shared<context_bound<connection_pool>>(context, std::move(executor),
                                                            config.connections, idle_limit);
  }

  std::string host;
  std::uint16_t port;
  std::shared_ptr<connect_options const> how;
  connection_pool::bound_pool pool;
};

SIMRUNS_INLINE connect_options options_of(client_config const& config, lookup_function lookup) {
  connect_options out;
  out.lookup = std::make_shared<lookup_function>(std::move(lookup));
  out.proxy = config.proxy;
  return out;
}

/// `limit` after `start`; never, for a limit of zero and for one beyond all clocks.
SIMRUNS_INLINE connection::deadline later(connection::deadline start,
                                          std::chrono::milliseconds limit) {
  auto const left =
      std::chrono::floor<std::chrono::milliseconds>(connection::deadline::max() - start);
  return limit.count() == 0 || limit >= left ? connection::deadline::max() : start + limit;
}

/// Where the time runs out, says which limit it was.
SIMRUNS_INLINE boost::asio::awaitable<http_response> exchange_on(connection& on,
                                                                 http_request request,
                                                                 attempt_limits limits,
                                                                 connection::deadline begin_until,
                                                                 connection::deadline until) {
  try {
    co_return co_await on.exchange(std::move(request), limits, begin_until, until);
  } catch (request_error const& failed) {
    rethrow_deadline(failed, "attempt_timeout", limits.attempt_timeout, "the response was whole");
  }
}

/// Connects, and says which limit it was where the time runs out.
SIMRUNS_INLINE boost::asio::awaitable<void> connect_new(connection& fresh,
                                                        std::shared_ptr<connect_options const> how,
                                                        std::string host, std::uint16_t port,
                                                        attempt_limits limits,
                                                        connection::deadline until) {
  auto const connect_until =
      std::min(until, later(std::chrono::steady_clock::now(), limits.connect_timeout));
  try {
    co_await fresh.connect(host, port, how, connect_until);
  } catch (request_error const& failed) {
    bool const own = connect_until < until;
    auto const& proxy = how->proxy;
    rethrow_deadline(failed, own ? "connect_timeout" : "attempt_timeout",
                     own ? limits.connect_timeout : limits.attempt_timeout,
                     "there was a connection to " + host + " port " + std::to_string(port) +
                         (proxy ? " by the proxy " + proxy->text() : ""));
  }
}

/// On a new connection, or where a fork has taken that away, on another one.
SIMRUNS_INLINE boost::asio::awaitable<http_response> exchange_on_new(
    connection_pool::bound_pool shared, std::shared_ptr<connect_options const> how,
    http_request request, attempt_limits limits, connection::deadline until) {
  for (;;) {
    auto fresh = std::make_unique<connection>((*shared)->executor());
    try {
      co_await connect_new(*fresh, how, request.host, request.port, limits, until);
      auto response = co_await exchange_on(*fresh, request, limits, until, until);
      connection_pool::keep(shared, std::move(fresh));
      co_return response;
    } catch (request_error const&) {
      if (!fresh->lost_by_fork()) throw;
    }
  }
}

/// Whether an exchange on a kept connection failed by what happened while that was idle, which says
/// nothing of the server: it was closed or reset, or its packets go nowhere any more.
SIMRUNS_INLINE bool was_dead(connection const& used, request_error const& failed,
                             connection::deadline until) {
  if (used.lost_by_fork()) return true;
  if (used.responded()) return false;
  bool const in_time = connection::clock::now() < until;
  return failed.code() == errc::transport || (failed.code() == errc::timeout && in_time);
}

/// Whether a response was not meant for the request: some servers say 408 to a connection that they
/// close since it was idle.
SIMRUNS_INLINE bool is_farewell(connection const& used, http_response const& response) {
  return response.status == 408 && !used.reusable();
}

/// On an idle connection if there is one. Where that turns out to be dead, the request goes out
/// once more, on a new one.
SIMRUNS_INLINE boost::asio::awaitable<http_response> exchange_on_any(
    connection_pool::bound_pool shared, std::shared_ptr<connect_options const> how,
    http_request request, attempt_limits limits) {
  auto const now = connection::clock::now();
  auto const until = later(now, limits.attempt_timeout);
  auto used = (*shared)->take_idle();
  if (used.link) {
    auto const first_until = now + (*shared)->patience(until - now);
    try {
      auto response = co_await exchange_on(*used.link, request, limits, first_until, until);
      if (!is_farewell(*used.link, response)) {
        connection_pool::keep(shared, std::move(used.link));
        co_return response;
      }
    } catch (request_error const& failed) {
      if (!was_dead(*used.link, failed, until)) throw;
    }
    (*shared)->drop_with(std::move(used));
  }
  co_return co_await exchange_on_new(shared, how, std::move(request), limits, until);
}

/// Waits for a connection, then makes the attempt.
SIMRUNS_INLINE boost::asio::awaitable<http_response> exchange_pooled(
    std::shared_ptr<http_transport_state> state, http_request request, attempt_limits limits) {
  using clock = std::chrono::steady_clock;
  bool const tls = state->how->tls != nullptr;
  if (request.host != state->host || request.port != state->port || request.tls != tls) {
    throw request_error(errc::invalid_argument, "this transport is for " + state->host + " port " +
                                                    std::to_string(state->port) +
                                                    " only; make one for each server");
  }
  auto const began = clock::now();
  auto const held = co_await connection_pool::take_lease(state->pool);
  auto const waited = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began);
  try {
    auto response = co_await exchange_on_any(state->pool, state->how, std::move(request), limits);
    response.waited = waited;
    co_return response;
  } catch (request_error const& error) {
    auto failure = error.failure();
    failure.waited = waited;
    throw request_error(std::move(failure));
  }
}

}  // namespace detail

SIMRUNS_INLINE http_transport::http_transport(boost::asio::any_io_executor executor,
                                              client_config const& config, lookup_function lookup,
                                              std::chrono::milliseconds idle_limit) {
  auto options = detail::options_of(config, std::move(lookup));
  if (config.base.is_https()) {
    auto tls = detail::make_tls_context(config.ca_file);
    options.tls = std::make_shared<boost::asio::ssl::context>(std::move(tls));
    if (!config.ca_file.empty()) options.trust = detail::trust_source::ca_file;
  }
  state_ = std::make_shared<detail::http_transport_state>(std::move(executor), config,
                                                          std::move(options), idle_limit);
}

SIMRUNS_INLINE http_transport::http_transport(boost::asio::any_io_executor executor,
                                              client_config const& config,
                                              std::shared_ptr<boost::asio::ssl::context> tls,
                                              lookup_function lookup,
                                              std::chrono::milliseconds idle_limit) {
  if (!tls) throw request_error(errc::invalid_argument, "the TLS context is null");
  if (!config.ca_file.empty()) {
    throw request_error(errc::invalid_argument,
                        "ca_file is of no use beside a TLS context; load it into the context");
  }
  detail::check_tls_context(*tls);
  auto options = detail::options_of(config, std::move(lookup));
  options.trust = detail::trust_source::caller;
  if (config.base.is_https()) options.tls = std::move(tls);
  state_ = std::make_shared<detail::http_transport_state>(std::move(executor), config,
                                                          std::move(options), idle_limit);
}

SIMRUNS_INLINE boost::asio::awaitable<http_response> http_transport::exchange(
    http_request request, attempt_limits limits) {
  return detail::exchange_pooled(state_, std::move(request), limits);
}

}  // namespace simruns
