#pragma once

#include "simruns/detail/context_bound.hpp"
#include "simruns/error.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/transport/transport.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace simruns::detail {

using client_strand = boost::asio::strand<boost::asio::any_io_executor>;

/// What a client and its generators share. Its mutable parts are used on the strand only.
struct client_core {
  client_core(boost::asio::any_io_executor executor, client_config c, credentials w)
      : config(std::move(c)),
        who(std::move(w)),
        strand(boost::asio::query(executor, boost::asio::execution::context), executor) {
    config.check();
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

/// Runs `operation` on the client's strand, whatever executor the caller is on.
template <class T>
boost::asio::awaitable<T> on_strand(std::shared_ptr<client_core> core,
                                    boost::asio::awaitable<T> operation) {
  auto strand = core->executor();
  auto inner = cancellable(std::move(operation));
  co_return co_await boost::asio::co_spawn(strand, std::move(inner), boost::asio::use_awaitable);
}

}  // namespace simruns::detail
