#pragma once

#include "simruns/async/steady_executor.hpp"
#include "simruns/config.hpp"

namespace simruns::detail {

SIMRUNS_INLINE steady_executor::shared::shared(boost::asio::any_io_executor i)
    : inner(std::move(i)) {
  auto const* const plain = inner.target<boost::asio::io_context::executor_type>();
  if (plain != nullptr) io = &plain->context();
}

SIMRUNS_INLINE boost::asio::any_io_executor steady_executor::shared::inner_to(
    bool never_block) const {
  if (!never_block) return inner;
  return boost::asio::require(inner, boost::asio::execution::blocking.never);
}

SIMRUNS_INLINE steady_executor steady_executor::over(boost::asio::any_io_executor const& inner) {
  return steady_executor(new shared(inner));
}

}  // namespace simruns::detail
