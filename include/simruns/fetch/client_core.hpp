#pragma once

#include "simruns/async/on_strand.hpp"
#include "simruns/error.hpp"
#include "simruns/fetch/connection_pace.hpp"
#include "simruns/fetch/request_budget.hpp"
#include "simruns/fetch/retry_policy.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/transport/transport.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <optional>
#include <random>

namespace simruns::detail {

/// What a client and its streams share. Its mutable parts are used on the strand only.
struct client_core {
  /// Throws: request_error (invalid_argument) if the configuration cannot be used.
  client_core(boost::asio::any_io_executor executor, client_config config,
              simruns::credentials credentials);

  /// Throws: request_error (invalid_argument) if the execution context has gone.
  any_strand executor() const { return executor_of(strand); }

  client_config const config;
  simruns::credentials const credentials;
  std::shared_ptr<simruns::transport> transport;
  shared_strand const strand;
  retry_budget retries;
  connection_pace pace;
  std::optional<request_budget> requests;
  std::minstd_rand random{std::random_device{}()};  ///< For the pauses between attempts.
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/fetch/impl/client_core.ipp"
#endif
