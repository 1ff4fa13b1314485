#pragma once

#include "simruns/transport/lookup.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace simruns::detail {

/// How a transport looks hosts up; the same object for all of its connections.
using shared_lookup = std::shared_ptr<lookup_function const>;

/// The addresses of a host, in the order of the system's preference.
/// Completes: when the lookup is done.   Throws: request_error (connect, timeout, cancelled).
/// Cancels:   terminal, partial, total: the lookup is abandoned at once.
/// Threads:   the caller's executor; the lookup itself runs on a thread of its own, or is that of
///            another who asks for the same host at the time.
boost::asio::awaitable<endpoints> resolve(shared_lookup how, std::string host, std::uint16_t port,
                                          std::chrono::steady_clock::time_point deadline);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/resolve.ipp"
#endif
