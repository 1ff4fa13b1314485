#pragma once

#include "simruns/async/post_to.hpp"
#include "simruns/config.hpp"

#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/require.hpp>

#include <utility>

namespace simruns::detail {

SIMRUNS_INLINE void post_to(boost::asio::any_io_executor const& executor,
                            std::function<void()> function) {
  auto const later = boost::asio::require(executor, boost::asio::execution::blocking.never);
  later.execute(std::move(function));
}

}  // namespace simruns::detail
