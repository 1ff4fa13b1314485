#pragma once

#include "simruns/async/on_strand.hpp"
#include "simruns/config.hpp"
#include "simruns/error.hpp"

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

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
  post_on_strand(strand_, [signal = signal_, type] { (*signal)->emit(type); });
}

SIMRUNS_INLINE void post_on_strand(shared_strand const& strand, std::function<void()> function) {
  strand->with([&](any_strand& here) { boost::asio::post(here, std::move(function)); });
}

/// Calls `done`, and until then keeps the signal of `stop` for the coroutine whose slot is of it.
struct stoppable_ending {
  using executor_type = boost::asio::any_completion_executor;
  using allocator_type =
      boost::asio::any_completion_handler_allocator<void, void(std::exception_ptr)>;

  ending done;
  strand_stop stop;
  executor_type executor;
  allocator_type allocator;

  executor_type get_executor() const noexcept { return executor; }
  allocator_type get_allocator() const noexcept { return allocator; }
  void operator()(std::exception_ptr thrown) { std::move(done)(std::move(thrown)); }
};

SIMRUNS_INLINE void spawn_on_strand(shared_strand const& strand,
                                    boost::asio::awaitable<void> operation, strand_stop stop,
                                    ending done) {
  namespace asio = boost::asio;
  auto const here = executor_of(strand);
  auto callers_slot = asio::get_associated_cancellation_slot(done);
  if (callers_slot.is_connected()) callers_slot.assign(stop);
  auto const slot = stop.slot();
  auto const executor = asio::get_associated_executor(done, here);
  auto const allocator = asio::get_associated_allocator(done);
  stoppable_ending end{std::move(done), std::move(stop), executor, allocator};
  asio::co_spawn(here, cancellable<as_asked>(std::move(operation)),
                 asio::bind_cancellation_slot(slot, std::move(end)));
}

SIMRUNS_INLINE boost::asio::awaitable<void> next_turn() {
  auto const executor = co_await boost::asio::this_coro::executor;
  co_await boost::asio::post(executor, boost::asio::use_awaitable);
}

/// Begins `run_on_strand` for the coroutine that awaits it.
struct strand_initiation {
  shared_strand strand;
  boost::asio::awaitable<void> operation;
  strand_stop stop;

  template <class Handler>
  void operator()(Handler handler) {
    spawn_on_strand(strand, std::move(operation), std::move(stop), ending(std::move(handler)));
  }
};

SIMRUNS_INLINE boost::asio::awaitable<void> run_on_strand(shared_strand strand,
                                                          boost::asio::awaitable<void> operation,
                                                          strand_stop stop) {
  namespace asio = boost::asio;
  strand_initiation begin{std::move(strand), std::move(operation), std::move(stop)};
  co_await asio::async_initiate<asio::use_awaitable_t<> const, void(std::exception_ptr)>(
      std::move(begin), asio::use_awaitable);
}

}  // namespace simruns::detail
