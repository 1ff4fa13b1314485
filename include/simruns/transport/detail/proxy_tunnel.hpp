#pragma once

#include "simruns/request/proxy.hpp"
#include "simruns/transport/detail/socket_io.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>

namespace simruns::detail {

/// Asks `proxy`, which `through` is connected to, for a tunnel to `host`. Nothing of a request goes
/// to the proxy, only the name and the port.
/// Completes: when the proxy said 200.   Cancels: terminal; `through` is of no use then.
/// Throws:    request_error (connect, timeout, protocol, too_large, cancelled).
/// Lifetime:  `through` and `limit`, its deadline, must outlive the operation.
boost::asio::awaitable<void> open_tunnel(tcp_socket& through, socket_deadline const& limit,
                                         proxy_url proxy, std::string host, std::uint16_t port);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/proxy_tunnel.ipp"
#endif
