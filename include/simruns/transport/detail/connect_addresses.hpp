#pragma once

#include "simruns/transport/lookup.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <string>

namespace simruns::detail {

/// RFC 8305, 4: the families in turn, that of the first address first; else the order as it was.
endpoints interleave(endpoints const& found);

/// A connection to the first address that answers (RFC 8305): the next one is tried when one has
/// failed, or has not answered for 250 ms. `to` is for the message, "host port 443".
/// Completes: at the first connection; the others are closed.
/// Throws:    request_error (connect, timeout, cancelled).   Cancels: terminal, partial, total.
boost::asio::awaitable<boost::asio::ip::tcp::socket> connect_addresses(
    endpoints found, std::string to, std::chrono::steady_clock::time_point until);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/connect_addresses.ipp"
#endif
