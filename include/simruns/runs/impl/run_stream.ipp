#pragma once

#include "simruns/async/on_strand.hpp"
#include "simruns/config.hpp"
#include "simruns/fetch/failure_of.hpp"
#include "simruns/query/list_query.hpp"
#include "simruns/runs/detail/run_consumer.hpp"
#include "simruns/runs/detail/stream_operations.hpp"

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/version.hpp>
#if BOOST_ASIO_VERSION >= 102800
#include <boost/asio/associated_immediate_executor.hpp>
#endif

#include <algorithm>
#include <exception>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <vector>

namespace simruns::detail {

SIMRUNS_INLINE run_consumer::run_consumer(std::shared_ptr<client_core> c,
                                          std::shared_ptr<step_source> s, list_query const& query)
    : core(std::move(c)), source(std::move(s)) {
  if (query.start()) {
    before_hand = *query.start();
  } else {
    before_hand.page = page_start::at_skip(query.skip());
  }
  before_hand.digest = query.digest();
}

[[noreturn]] SIMRUNS_INLINE void throw_moved_from() {
  throw request_error(errc::invalid_argument,
                      "this client or stream was moved from; assign to it, or destroy it");
}

SIMRUNS_INLINE page run_consumer::pop_page() {
  if (!has_page()) return {};
  page out = hand;
  if (index > 0) {
    std::vector<std::size_t> rest;
    for (auto i = index; i < hand.size(); ++i) rest.push_back(i);
    out = hand.select(rest);
  }
  bad_runs_due = false;
  tally.handed += static_cast<std::int64_t>(hand.size() - index);
  tally.waiting = 0;
  index = hand.size();
  return out;
}

SIMRUNS_INLINE void run_consumer::take() {
  // What needs memory comes first: where there is none, the step is still there for the next call.
  bad_runs.reserve(bad_runs.size() + arrived->bad_runs.size());
  std::string latest;
  if (arrived->fresh.valid() && index > 0) latest = hand[hand.size() - 1].id;
  auto step = std::move(*std::exchange(arrived, std::nullopt));
  step.tally.handed = tally.handed;
  tally = std::move(step.tally);
  if (step.failure) {
    following = std::move(step.next);
    failure = std::move(*step.failure);
    failure.position = position();
    throw request_error(failure);
  }
  if (!step.fresh.valid()) {
    ended = true;
    return;
  }
  if (before_hand.page != step.start) before_hand.offset = 0;
  before_hand.page = std::move(step.start);
  following = std::move(step.next);
  if (index > 0) before_hand.last_id = std::move(latest);
  hand = std::move(step.fresh);
  tally.waiting = static_cast<std::int64_t>(hand.size());
  whole = std::move(step.whole);
  index = 0;
  bad_runs_due = !step.bad_runs.empty();
  std::move(step.bad_runs.begin(), step.bad_runs.end(), std::back_inserter(bad_runs));
}

SIMRUNS_INLINE std::uint64_t run_consumer::offset() const {
  auto const latest = hand[index - 1].json().data();
  std::size_t at = 0;
  while (at != whole.size() && whole[at].json().data() != latest) ++at;
  bool const backward = before_hand.page.by == page_start::kind::previous;
  return backward ? whole.size() - at : at + 1;
}

SIMRUNS_INLINE std::string run_consumer::position() const {
  if (!has_position) return {};
  auto out = before_hand;
  if (index > 0) {
    out.last_id = hand[index - 1].id;
    out.offset = offset();
  }
  if (hand.valid() && index == hand.size() && following != before_hand.page) {
    out.page = following;
    out.offset = 0;
  }
  return out.text();
}

SIMRUNS_INLINE consumer_lease::consumer_lease(std::shared_ptr<run_consumer> consumer) {
  if (consumer->busy.exchange(true)) {
    throw request_error(errc::invalid_argument,
                        "another operation of this stream is outstanding; await it first");
  }
  consumer_ = std::move(consumer);
}

SIMRUNS_INLINE error_code code_of(std::exception_ptr const& thrown) {
  if (!thrown) return {};
  return failure_of(thrown).code;
}

SIMRUNS_INLINE request_failure cancelled_at(run_consumer const& consumer) {
  request_failure out;
  out.code = make_error_code(errc::cancelled);
  out.message = "the operation was cancelled";
  out.position = consumer.position();
  return out;
}

/// Throws `errc::cancelled` if the caller's coroutine was cancelled: whoever cancelled takes no
/// result, so what came stays in hand.
SIMRUNS_INLINE boost::asio::awaitable<void> throw_if_cancelled(
    std::shared_ptr<run_consumer> consumer) {
  auto const state = co_await boost::asio::this_coro::cancellation_state;
  if (state.cancelled() == boost::asio::cancellation_type::none) co_return;
  consumer->failure = cancelled_at(*consumer);
  throw request_error(consumer->failure);
}

/// What a consumer must have for an operation to end.
using readiness = bool (*)(run_consumer const&);

SIMRUNS_INLINE bool a_run(run_consumer const& consumer) { return consumer.has_run(); }
SIMRUNS_INLINE bool a_page(run_consumer const& consumer) { return consumer.has_page(); }

/// Fetches until what is wanted is in hand, or the end.
SIMRUNS_INLINE boost::asio::awaitable<void> fill(std::shared_ptr<run_consumer> consumer,
                                                 readiness here) {
  while (!here(*consumer) && !consumer->ended) {
    try {
      if (!consumer->arrived) {
        consumer->arrived = co_await on_strand(consumer->core->strand, consumer->source->take());
      }
    } catch (boost::system::system_error const&) {
      consumer->failure = failure_of(std::current_exception());
      consumer->failure.position = consumer->position();
      throw request_error(consumer->failure);
    }
    consumer->take();
    co_await throw_if_cancelled(consumer);
  }
}

/// Lets a cancellation come that is on its way. The loser of a race is cancelled by the winner's
/// completion, and `co_spawn` starts both before either completes.
SIMRUNS_INLINE boost::asio::awaitable<void> let_cancellation_come(
    std::shared_ptr<run_consumer> consumer) {
  co_await throw_if_cancelled(consumer);
  co_await next_turn();
  co_await throw_if_cancelled(consumer);
}

/// What `take` takes of a consumer, as soon as there is something or the end has come.
template <class Value>
boost::asio::awaitable<Value> take_when_ready(consumer_ptr consumer, readiness here,
                                              Value (*take)(run_consumer&)) {
  consumer_lease const lease(consumer);
  if (here(*consumer)) {
    auto const state = co_await boost::asio::this_coro::cancellation_state;
    if (state.slot().is_connected()) co_await let_cancellation_come(consumer);
  } else {
    co_await fill(consumer, here);
  }
  co_return take(*consumer);
}

SIMRUNS_INLINE boost::asio::awaitable<run_ptr> next_run(consumer_ptr consumer) {
  return take_when_ready<run_ptr>(std::move(consumer), a_run,
                                  [](run_consumer& c) { return c.pop(); });
}

SIMRUNS_INLINE boost::asio::awaitable<page> next_page(consumer_ptr consumer) {
  return take_when_ready<page>(std::move(consumer), a_page,
                               [](run_consumer& c) { return c.pop_page(); });
}

SIMRUNS_INLINE boost::asio::awaitable<bool> wait_for_run(consumer_ptr consumer) {
  consumer_lease const lease(consumer);
  co_await fill(consumer, a_run);
  co_return consumer->has_run();
}

SIMRUNS_INLINE run_ptr next_if_ready(consumer_ptr const& consumer) {
  consumer_lease const lease(consumer);
  return lease->pop();
}

/// Gives a handler what `take` takes of a consumer that is ready for it, or why there is nothing.
/// It takes at the last moment, and nothing if a cancellation came before: the loser of a race
/// would drop it.
template <class Value>
struct stream_completion {
  using executor_type = boost::asio::any_completion_executor;
  using allocator_type = boost::asio::associated_allocator_t<completion<Value>>;

  executor_type executor;
  allocator_type allocator;
  completion<Value> done;
  Value (*take)(run_consumer&);
  std::shared_ptr<std::atomic<bool>> cancelled;
  std::optional<consumer_lease> lease;

  executor_type get_executor() const noexcept { return executor; }
  allocator_type get_allocator() const noexcept { return allocator; }
  void operator()(std::exception_ptr thrown) {
    Value value{};
    try {
      if (thrown) std::rethrow_exception(thrown);
      if (*cancelled) throw request_error(cancelled_at(**lease));
      value = take(**lease);
    } catch (...) {
      thrown = std::current_exception();
    }
    lease.reset();  // the handler may begin the next operation
    boost::asio::get_associated_cancellation_slot(done).clear();
    std::move(done)(std::move(thrown), std::move(value));
  }
};

/// Where a handler is called for a result that is here already: without going to the strand.
using immediate_executor = boost::asio::any_completion_executor;

/// Completes soon, with `thrown`. Asio forbids to call a handler from within the function that
/// began the operation, so this costs a post to the client's executor, or what the handler's
/// immediate executor makes of it.
SIMRUNS_INLINE void finish_soon(boost::asio::any_io_executor const& io,
                                immediate_executor const& immediate, ending finish,
                                std::exception_ptr thrown) {
  auto call = [finish = std::move(finish), thrown]() mutable { std::move(finish)(thrown); };
#if BOOST_ASIO_VERSION >= 102800
  static_cast<void>(io);
  immediate.execute(std::move(call));
#else
  auto there = [immediate, call = std::move(call)]() mutable {
    immediate.execute(std::move(call));
  };
  auto const later = boost::asio::require(io, boost::asio::execution::blocking.never);
  later.execute(std::move(there));
#endif
}

/// Starts an operation for a handler. One that names no executor runs where the client was told to,
/// not on its strand: a handler that waits for another operation would hold that up.
template <class Value>
void start(consumer_ptr const& consumer, completion<Value> done, readiness here,
           Value (*take)(run_consumer&)) {
  namespace asio = boost::asio;
  auto const io = executor_of(*consumer);
  auto const executor = asio::get_associated_executor(done, io);
#if BOOST_ASIO_VERSION >= 102800
  immediate_executor const immediate = asio::get_associated_immediate_executor(done, io);
#else
  immediate_executor const immediate = executor;
#endif
  auto const allocator = asio::get_associated_allocator(done);
  auto slot = asio::get_associated_cancellation_slot(done);
  auto const cancelled = std::make_shared<std::atomic<bool>>(false);
  stream_completion<Value> finish{executor, allocator, std::move(done),
                                  take,     cancelled, std::nullopt};
  std::exception_ptr refused;
  try {
    finish.lease.emplace(consumer);
  } catch (request_error const&) {
    refused = std::current_exception();
  }
  ending end(std::move(finish));
  if (refused || here(*consumer) || consumer->ended) {
    if (slot.is_connected())
      slot.assign([cancelled](asio::cancellation_type) { *cancelled = true; });
    return finish_soon(io, immediate, std::move(end), std::move(refused));
  }
  strand_stop stop(consumer->core->strand);
  if (slot.is_connected()) {
    slot.assign([stop, cancelled](asio::cancellation_type type) mutable {
      *cancelled = true;
      stop(type);
    });
  }
  spawn_on_strand(consumer->core->strand, fill(consumer, here), stop, std::move(end));
}

SIMRUNS_INLINE void start_next_run(consumer_ptr consumer, completion<run_ptr> done) {
  start<run_ptr>(consumer, std::move(done), a_run, [](run_consumer& c) { return c.pop(); });
}

SIMRUNS_INLINE void start_next_page(consumer_ptr consumer, completion<page> done) {
  start<page>(consumer, std::move(done), a_page, [](run_consumer& c) { return c.pop_page(); });
}

SIMRUNS_INLINE void start_wait_for_run(consumer_ptr consumer, completion<bool> done) {
  start<bool>(consumer, std::move(done), a_run, [](run_consumer& c) { return c.has_run(); });
}

SIMRUNS_INLINE void close(consumer_ptr const& consumer) noexcept {
  if (!consumer) return;
  consumer->source->leave();
  try {
    post_on_strand(consumer->core->strand, [source = consumer->source] { source->abandon(); });
  } catch (std::bad_alloc const&) {  // what is under way ends by itself, and nothing comes after it
  }
}

SIMRUNS_INLINE request_failure const& failure_of(run_consumer const& consumer) noexcept {
  return consumer.failure;
}

SIMRUNS_INLINE completeness const& completeness_of(run_consumer const& consumer) noexcept {
  return consumer.tally;
}

SIMRUNS_INLINE std::vector<bad_run> const& bad_runs_of(run_consumer const& consumer) noexcept {
  return consumer.bad_runs;
}

SIMRUNS_INLINE std::string position_of(run_consumer const& consumer) { return consumer.position(); }

SIMRUNS_INLINE boost::asio::any_io_executor executor_of(run_consumer const& consumer) {
  return executor_of(*consumer.core);
}

}  // namespace simruns::detail
