#pragma once

#include "simruns/error.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ts/netfwd.hpp>

namespace simruns::detail {

/// Waits until `timer` expires or is cancelled, which the result tells apart. Every wait of a
/// coroutine comes here, since each place that has Asio wait costs whoever compiles it.
/// Completes: with success, or with operation_aborted.   Cancels: as the timer does.
boost::asio::awaitable<error_code> wait_for(boost::asio::steady_timer& timer);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/async/impl/wait.ipp"
#endif
