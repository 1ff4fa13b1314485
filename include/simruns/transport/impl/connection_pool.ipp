#pragma once

#include "simruns/config.hpp"
#include "simruns/transport/detail/connection_pool.hpp"
#include "simruns/transport/transport.hpp"

namespace simruns::detail {

SIMRUNS_INLINE connection_pool::lease::~lease() {
  if (!pool_) return;
  pool_->with([](connection_pool& pool) {
    --pool.leased_;
    pool.line_.wake();
  });
}

SIMRUNS_INLINE std::unique_ptr<connection> connection_pool::take_idle() {
  auto const oldest = clock::now() - idle_limit_;
  std::erase_if(idle_, [&](idle_connection const& one) {
    return one.since < oldest || !one.link->is_quiet();
  });
  if (idle_.empty()) return nullptr;
  auto last = std::move(idle_.back().link);
  idle_.pop_back();
  return last;
}

SIMRUNS_INLINE boost::asio::awaitable<connection_pool::lease> connection_pool::take_lease(
    bound_pool shared) {
  auto& pool = **shared;
  if (pool.line_.empty() && pool.has_room()) co_return lease(shared);
  auto const began = clock::now();
  wait_slot const slot(pool.line_);
  bool wanted = true;
  while (wanted && !(slot.is_first() && pool.has_room())) wanted = co_await slot.wait();
  if (wanted) co_return lease(shared);
  request_failure failure;
  failure.code = errc::cancelled;
  failure.message = "cancelled while waiting for a connection";
  failure.waited = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began);
  throw not_begun_error(std::move(failure));
}

}  // namespace simruns::detail
