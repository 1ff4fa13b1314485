#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <functional>

namespace simruns::detail {

/// Calls `function` by the executor, later. Asio's own `post` costs whoever compiles it as much
/// again for each function.
void post_to(boost::asio::any_io_executor const& executor, std::function<void()> function);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/async/impl/post_to.ipp"
#endif
