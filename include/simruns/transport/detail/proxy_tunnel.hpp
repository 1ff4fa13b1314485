#pragma once

#include "simruns/request/proxy.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <cstdint>
#include <string>

namespace simruns::detail {

/// Asks `proxy`, which `through` is connected to, for a tunnel to `host`. Nothing of a request goes
/// to the proxy, only the name and the port.
/// Completes: when the proxy said 200.   Cancels: terminal; `through` is of no use then.
/// Throws:    request_error (connect, timeout, protocol, too_large, cancelled).
/// Lifetime:  `through` must outlive the operation; its deadline holds.
boost::asio::awaitable<void> open_tunnel(boost::beast::tcp_stream& through, proxy_url proxy,
                                         std::string host, std::uint16_t port);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/proxy_tunnel.ipp"
#endif
