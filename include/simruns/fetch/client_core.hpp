#pragma once

#include "simruns/async/context_bound.hpp"
#include "simruns/error.hpp"
#include "simruns/fetch/connection_pace.hpp"
#include "simruns/fetch/request_budget.hpp"
#include "simruns/fetch/retry_policy.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/transport/transport.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <optional>
#include <random>
#include <utility>

namespace simruns::detail {

using client_strand = boost::asio::strand<boost::asio::any_io_executor>;

/// What a client and its generators share. Its mutable parts are used on the strand only.
struct client_core {
  client_core(boost::asio::any_io_executor executor, client_config c, credentials w)
      : config(std::move(c)),
        who(std::move(w)),
        strand(boost::asio::query(executor, boost::asio::execution::context), executor),
        pace(config.connections) {
    config.check();
    if (config.request_budget) requests.emplace(executor, *config.request_budget);
  }

  /// Throws: request_error (errc::invalid_argument) if the context has gone.
  client_strand executor() {
    std::optional<client_strand> out;
    strand.with([&](client_strand& s) { out = s; });
    if (!out) throw request_error(errc::invalid_argument, "the client's io_context has gone");
    return *out;
  }

  client_config const config;
  credentials const who;
  std::shared_ptr<transport> link;
  context_bound<client_strand> strand;
  retry_budget retries;
  connection_pace pace;
  std::optional<request_budget> requests;
  std::minstd_rand random{std::random_device{}()};  ///< For the pauses between attempts.
};

/// Any cancellation ends an operation of ours; inner operations know `terminal` only.
struct as_terminal {
  boost::asio::cancellation_type operator()(boost::asio::cancellation_type type) const noexcept {
    return type == boost::asio::cancellation_type::none ? type
                                                        : boost::asio::cancellation_type::terminal;
  }
};

template <class T>
boost::asio::awaitable<T> cancellable(boost::asio::awaitable<T> operation) {
  as_terminal const filter;
  co_await boost::asio::this_coro::reset_cancellation_state(filter, filter);
  co_return co_await std::move(operation);
}

/// What ends an operation on the client's strand, from wherever that is asked. `co_spawn` itself,
/// as of Boost 1.81, hands the strand a bare pointer into the handler that it keeps in the caller's
/// slot, which may be gone when the strand comes to it. A signal of Asio's holds executors, so this
/// one goes with its context.
class strand_stop {
 public:
  explicit strand_stop(std::shared_ptr<client_core> core)
      : core_(std::move(core)), signal_(std::make_shared<bound_signal>(context_of(*core_))) {}

  /// For the operation. Requires: the context is there.
  boost::asio::cancellation_slot slot() { return (*signal_)->slot(); }

  /// The handler of the caller's slot.
  void operator()(boost::asio::cancellation_type type) {
    core_->strand.with([&](client_strand& strand) {
      boost::asio::post(strand, [signal = signal_, type] { (*signal)->emit(type); });
    });
  }

 private:
  using bound_signal = context_bound<boost::asio::cancellation_signal>;

  static boost::asio::execution_context& context_of(client_core& core) {
    return boost::asio::query(core.executor(), boost::asio::execution::context);
  }

  std::shared_ptr<client_core> core_;
  std::shared_ptr<bound_signal> signal_;
};

/// Runs `operation` on the client's strand, whatever executor the caller is on. It ends by the
/// caller's cancellation, and by `stop`.
template <class T>
boost::asio::awaitable<T> on_strand(std::shared_ptr<client_core> core,
                                    boost::asio::awaitable<T> operation, strand_stop stop) {
  namespace asio = boost::asio;
  auto strand = core->executor();
  auto inner = cancellable(std::move(operation));
  auto const state = co_await asio::this_coro::cancellation_state;
  auto callers_slot = state.slot();
  auto token = asio::bind_cancellation_slot(stop.slot(), asio::use_awaitable);
  if (callers_slot.is_connected()) callers_slot.assign(stop);
  co_return co_await asio::co_spawn(strand, std::move(inner), token);
}

template <class T>
boost::asio::awaitable<T> on_strand(std::shared_ptr<client_core> core,
                                    boost::asio::awaitable<T> operation) {
  strand_stop stop(core);
  return on_strand(std::move(core), std::move(operation), std::move(stop));
}

}  // namespace simruns::detail
