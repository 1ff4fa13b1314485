#pragma once

#include "simruns/async/context_bound.hpp"
#include "simruns/async/steady_executor.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <utility>

namespace simruns::detail {

using any_strand = boost::asio::strand<steady_executor>;

/// A strand that several share, and that may outlive its execution context.
using shared_strand = std::shared_ptr<context_bound<any_strand>>;

shared_strand make_strand_of(boost::asio::any_io_executor const& executor);

/// The strand itself. Throws: request_error (errc::invalid_argument) if its context has gone.
any_strand executor_of(shared_strand const& strand);

/// Every kind of cancellation is heard, and handed on as it is.
struct as_asked {
  boost::asio::cancellation_type operator()(boost::asio::cancellation_type type) const noexcept {
    return type;
  }
};

/// Any cancellation ends an operation of ours; inner operations know `terminal` only.
struct as_terminal {
  boost::asio::cancellation_type operator()(boost::asio::cancellation_type type) const noexcept {
    return type == boost::asio::cancellation_type::none ? type
                                                        : boost::asio::cancellation_type::terminal;
  }
};

/// `operation`, whose cancellations go through `Filter`.
template <class Filter, class T>
boost::asio::awaitable<T> cancellable(boost::asio::awaitable<T> operation) {
  Filter const filter;
  co_await boost::asio::this_coro::reset_cancellation_state(filter, filter);
  co_return co_await std::move(operation);
}

/// What ends an operation on a strand, from wherever that is asked. `co_spawn` itself, as of Boost
/// 1.81, hands the strand a bare pointer into the handler that it keeps in the caller's slot, which
/// may be gone when the strand comes to it. A signal of Asio's holds executors, so this one goes
/// with its context.
class strand_stop {
 public:
  /// Throws: request_error (errc::invalid_argument) if the context has gone.
  explicit strand_stop(shared_strand strand);

  /// For the operation. Requires: the context is there.
  boost::asio::cancellation_slot slot() { return (*signal_)->slot(); }

  /// The handler of the caller's slot. Threads: any.
  void operator()(boost::asio::cancellation_type type);

  /// Whether the calling thread is on the strand. False: also if the context has gone.
  bool is_on_strand() const noexcept;

  /// Ends the operation at once. On the strand only.
  void emit(boost::asio::cancellation_type type) { (*signal_)->emit(type); }

 private:
  using bound_signal = context_bound<boost::asio::cancellation_signal>;

  shared_strand strand_;
  std::shared_ptr<bound_signal> signal_;
};

/// What an operation ends with: it is called once, with null or with what was thrown.
using ending = boost::asio::any_completion_handler<void(std::exception_ptr)>;

/// Starts `operation` on the strand. `stop` ends it, and so does the slot of `done`; the operation
/// learns by which kind of cancellation. `done` is called by its own executor, else on the strand,
/// also where no memory is left for what the operation waits for. One type for all operations:
/// every type that `co_spawn` meets costs whoever compiles it. Throws, and then does not call
/// `done`: request_error (errc::invalid_argument) if the context has gone; std::bad_alloc.
void spawn_on_strand(shared_strand const& strand, boost::asio::awaitable<void> operation,
                     strand_stop stop, ending done);

/// Calls `function` on the strand, later. Does nothing if the context has gone.
void post_on_strand(shared_strand const& strand, std::function<void()> function);

/// Gives the others on the executor their turn. Whatever may find each of its results here already
/// calls it once for each: else no timer would fire meanwhile, and no cancellation come.
/// Completes: at the next turn.   Cancels: not at all.
boost::asio::awaitable<void> next_turn();

/// Runs `operation` on the strand, whatever executor the caller is on. The caller's cancellation
/// ends it, and so does `stop`.
boost::asio::awaitable<void> run_on_strand(shared_strand strand,
                                           boost::asio::awaitable<void> operation,
                                           strand_stop stop);

template <class T>
boost::asio::awaitable<void> keep_result(boost::asio::awaitable<T> operation,
                                         std::shared_ptr<std::optional<T>> to) {
  to->emplace(co_await std::move(operation));
}

/// As `run_on_strand`, of an operation that gives something.
template <class T>
boost::asio::awaitable<T> on_strand(shared_strand strand, boost::asio::awaitable<T> operation,
                                    strand_stop stop) {
  auto const result = std::make_shared<std::optional<T>>();
  auto kept = keep_result(std::move(operation), result);
  try {
    co_await run_on_strand(std::move(strand), std::move(kept), std::move(stop));
  } catch (std::bad_alloc const&) {
    if (!*result) throw;  // else only the way back has found no memory
  }
  co_return *std::move(*result);
}

template <class T>
boost::asio::awaitable<T> on_strand(shared_strand strand, boost::asio::awaitable<T> operation) {
  strand_stop stop(strand);
  return on_strand(std::move(strand), std::move(operation), std::move(stop));
}

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/async/impl/on_strand.ipp"
#endif
