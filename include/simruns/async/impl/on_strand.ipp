#pragma once

#include "simruns/async/on_strand.hpp"
#include "simruns/config.hpp"
#include "simruns/error.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace simruns::detail {

SIMRUNS_INLINE shared_strand make_strand_of(boost::asio::any_io_executor const& executor) {
  auto& context = boost::asio::query(executor, boost::asio::execution::context);
  return std::make_shared<context_bound<any_strand>>(context, executor);
}

SIMRUNS_INLINE any_strand executor_of(shared_strand const& strand) {
  std::optional<any_strand> out;
  strand->with([&](any_strand& here) { out = here; });
  if (!out) throw request_error(errc::invalid_argument, "the client's io_context has gone");
  return *out;
}

SIMRUNS_INLINE strand_stop::strand_stop(shared_strand strand) : strand_(std::move(strand)) {
  auto const executor = executor_of(strand_);
  auto& context = boost::asio::query(executor, boost::asio::execution::context);
  signal_ = std::make_shared<bound_signal>(context);
}

SIMRUNS_INLINE void strand_stop::operator()(boost::asio::cancellation_type type) {
  strand_->with([&](any_strand& strand) {
    boost::asio::post(strand, [signal = signal_, type] { (*signal)->emit(type); });
  });
}

SIMRUNS_INLINE boost::asio::awaitable<void> run_on_strand(shared_strand strand,
                                                          boost::asio::awaitable<void> operation,
                                                          strand_stop stop) {
  namespace asio = boost::asio;
  auto executor = executor_of(strand);
  auto inner = cancellable(std::move(operation));
  auto const state = co_await asio::this_coro::cancellation_state;
  auto callers_slot = state.slot();
  auto token = asio::bind_cancellation_slot(stop.slot(), asio::use_awaitable);
  if (callers_slot.is_connected()) callers_slot.assign(stop);
  co_await asio::co_spawn(executor, std::move(inner), token);
}

}  // namespace simruns::detail
