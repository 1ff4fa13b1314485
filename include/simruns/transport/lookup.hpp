#pragma once

#include <boost/asio/ip/basic_endpoint.hpp>
#include <boost/asio/ts/netfwd.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace simruns {

/// Addresses with their port, each a `boost::asio::ip::tcp::endpoint`, in the order in which to try
/// them. Include `boost/asio/ip/tcp.hpp` to make one.
using endpoints = std::vector<boost::asio::ip::basic_endpoint<boost::asio::ip::tcp>>;

/// Finds the addresses of a host. It may block: it is called on a thread of its own, which may
/// outlive the caller, its transport and its execution context, so it has to own what it uses.
/// Throws: any exception of the standard library, if there is no address.
using lookup_function = std::function<endpoints(std::string const& host, std::uint16_t port)>;

/// The default: the system's `getaddrinfo`. `localhost` and the names below it are this machine's
/// own addresses, also where the system does not know them, as without /etc/hosts.
/// Throws: request_error (errc::connect).
endpoints system_lookup(std::string const& host, std::uint16_t port);

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/lookup.ipp"
#endif
