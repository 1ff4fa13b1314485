#pragma once

#include "simruns/transport/lookup.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace simruns::detail {

/// The addresses of a host, in the order of the system's preference.
/// Completes: when the lookup is done.   Throws: request_error (connect, timeout, cancelled).
/// Cancels:   terminal, partial, total: the lookup is abandoned at once.
/// Threads:   the caller's executor; the lookup itself runs on one of at most 16 other threads.
boost::asio::awaitable<endpoints> resolve(lookup_function how, std::string host, std::uint16_t port,
                                          std::chrono::steady_clock::time_point deadline);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/resolve.ipp"
#endif
