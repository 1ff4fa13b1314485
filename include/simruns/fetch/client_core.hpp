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
#include <utility>

namespace simruns::detail {

using client_strand = any_strand;

/// What a client and its generators share. Its mutable parts are used on the strand only.
struct client_core {
  client_core(boost::asio::any_io_executor executor, client_config c, credentials w)
      : config(std::move(c)),
        who(std::move(w)),
        strand(make_strand_of(executor)),
        pace(config.connections) {
    config.check();
    if (config.request_budget) requests.emplace(executor, *config.request_budget);
  }

  /// Throws: request_error (errc::invalid_argument) if the context has gone.
  client_strand executor() { return executor_of(strand); }

  client_config const config;
  credentials const who;
  std::shared_ptr<transport> link;
  shared_strand const strand;
  retry_budget retries;
  connection_pace pace;
  std::optional<request_budget> requests;
  std::minstd_rand random{std::random_device{}()};  ///< For the pauses between attempts.
};

}  // namespace simruns::detail
