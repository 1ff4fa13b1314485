#pragma once

#include "simruns/request/proxy.hpp"
#include "simruns/transport/detail/resolve.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace simruns {

/// How a transport reaches its server; the same for all of its connections.
struct connect_options {
  lookup_function lookup = system_lookup;
  std::optional<proxy_url> proxy;                  ///< None: directly.
  std::shared_ptr<boost::asio::ssl::context> tls;  ///< Null: plain TCP.
  bool own_authorities = false;                    ///< `tls` trusts `ca_file`, not the system's.

  connect_options() = default;
};

}  // namespace simruns
