#pragma once

#include "simruns/async/on_strand.hpp"
#include "simruns/error.hpp"
#include "simruns/fetch/connection_pace.hpp"
#include "simruns/fetch/redaction.hpp"
#include "simruns/fetch/request_budget.hpp"
#include "simruns/fetch/retry_policy.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/transport/transport.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <memory>
#include <optional>

namespace simruns::detail {

/// What was sent over the connections of a client, and how it went: the budgets and the pace of all
/// clients that share them. Used on their strand only.
struct client_traffic {
  client_traffic(boost::asio::any_io_executor const& executor, client_config const& config);

  retry_budget retries;
  connection_pace pace;
  std::optional<request_budget> requests;
  std::size_t largest_page = 0;  ///< The bytes of memory that a page took at the most.
};

/// What a client and its streams share. Its mutable parts are used on the strand only.
struct client_core {
  /// Throws: request_error (invalid_argument) if the configuration cannot be used.
  client_core(boost::asio::any_io_executor executor, client_config config,
              simruns::credentials credentials);

  /// With other options, over the connections of another client.
  /// Throws: also for an option that belongs to the connections, and is not that of the other.
  client_core(client_core const& other, client_config config);

  /// Throws: request_error (invalid_argument) if the execution context has gone.
  any_strand executor() const { return executor_of(strand); }

  client_config const config;
  simruns::credentials const credentials;
  redaction const redact;
  std::shared_ptr<simruns::transport> transport;
  shared_strand const strand;
  std::shared_ptr<client_traffic> const traffic;
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/fetch/impl/client_core.ipp"
#endif
