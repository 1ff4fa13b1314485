#pragma once

#include "simruns/config.hpp"
#include "simruns/fetch/client_core.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace simruns::detail {

SIMRUNS_INLINE client_traffic::client_traffic(boost::asio::any_io_executor const& executor,
                                              client_config const& config)
    : pace(config.connections) {
  if (config.request_budget) requests.emplace(executor, *config.request_budget);
}

/// Gives the configuration, once it is checked.
SIMRUNS_INLINE client_config sound(client_config config) {
  config.check();
  return config;
}

SIMRUNS_INLINE client_core::client_core(boost::asio::any_io_executor executor, client_config c,
                                        simruns::credentials access)
    : config(sound(std::move(c))),
      credentials(std::move(access)),
      redact(credentials, config.headers, config.proxy),
      strand(make_strand_of(executor)),
      traffic(std::make_shared<client_traffic>(executor, config)) {}

SIMRUNS_INLINE bool same_rate(std::optional<request_rate> const& a,
                              std::optional<request_rate> const& b) noexcept {
  if (!a || !b) return !a && !b;
  return a->requests == b->requests && a->per == b->per;
}

SIMRUNS_INLINE void check_shared(bool same, char const* option) {
  if (same) return;
  throw request_error(errc::invalid_argument,
                      std::string(option) +
                          " belongs to the connections, which both clients share; make a client of "
                          "its own for another");
}

SIMRUNS_INLINE client_core::client_core(client_core const& other, client_config c)
    : config(sound(std::move(c))),
      credentials(other.credentials),
      redact(credentials, config.headers, config.proxy),
      transport(other.transport),
      strand(other.strand),
      traffic(other.traffic) {
  auto const& theirs = other.config;
  check_shared(config.base == theirs.base, "the base URL");
  check_shared(config.connections == theirs.connections, "connections");
  check_shared(same_rate(config.request_budget, theirs.request_budget), "request_budget");
  check_shared(config.ca_file == theirs.ca_file, "ca_file");
  check_shared(config.proxy == theirs.proxy, "proxy");
}

}  // namespace simruns::detail
