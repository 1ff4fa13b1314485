#pragma once

#include "simruns/config.hpp"
#include "simruns/fetch/client_core.hpp"

#include <utility>

namespace simruns::detail {

SIMRUNS_INLINE client_core::client_core(boost::asio::any_io_executor executor, client_config c,
                                        simruns::credentials access)
    : config(std::move(c)),
      credentials(std::move(access)),
      strand(make_strand_of(executor)),
      pace(config.connections) {
  config.check();
  if (config.request_budget) requests.emplace(executor, *config.request_budget);
}

}  // namespace simruns::detail
