#pragma once

#include "simruns/error.hpp"
#include "simruns/fwd.hpp"
#include "simruns/page/page.hpp"
#include "simruns/runs/detail/initiation.hpp"
#include "simruns/runs/detail/moved_from.hpp"
#include "simruns/runs/detail/stream_operations.hpp"
#include "simruns/runs/with_details.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace simruns {

/// Runs that come one after another, each once: what `run_generator` and `run_follower` share.
/// A handle: moving is cheap, and destroying it ends what is under way. Nothing is sent before the
/// first run is asked for.
///
/// After an error its state is unchanged: the next call asks for the same page again. After the end
/// every call gives the end. A moved-from stream can be assigned to or destroyed; all else throws
/// `errc::invalid_argument`.
///
/// One operation at a time: a second one while the first is outstanding is
/// `errc::invalid_argument`. Any thread may start it. Operations that race, by `||` or in a
/// `parallel_group`, must run on one strand or one thread, as Asio asks of all its objects.
///
/// To race a stream with something else, wait for its next run and take it afterwards:
///
///     auto const first = co_await (a.wait_ready() || b.wait_ready());
///     simruns::run_ptr run = first.index() == 0 ? a.next_if_ready() : b.next_if_ready();
///
/// A coroutine lets only terminal cancellations through by default, so here the loser drops its
/// request. What waits again and again for less time than a page takes cancels gently: a
/// `parallel_group` of `async_wait_ready(deferred)`, or `cancel_after(time,
/// cancellation_type::total)`.
///
/// `Executor` chooses the default completion token; all else is the same for every one.
template <class Executor>
class basic_run_stream {
 public:
  using executor_type = Executor;

  /// Where handlers run that name no executor of their own: the client's.
  /// Throws: request_error (invalid_argument) if the execution context has gone.
  executor_type get_executor() const { return executor_type(detail::executor_of(*consumer())); }

  /// The next run; null at the end.
  /// Completes: at once for a run of the page in hand.   Throws: request_error, with `position`.
  /// Cancels:   partial, total: the page under way stays so, and the next call takes it; terminal
  ///            alone drops its connection. Nothing is lost.
  /// Lifetime:  keeps what it needs alive itself; the stream may go first.
  /// Threads:   any; one operation at a time.   Cost: one GET a page, shared by its runs.
  /// A caller that can be cancelled is let go once before the run is taken, so that a run is not
  /// taken for the loser of a race.
  boost::asio::awaitable<run_ptr> next() & { return detail::next_run(consumer()); }

  /// Waits until a run is here, for `next_if_ready` to give; false at the end. As `next`, but takes
  /// nothing.
  boost::asio::awaitable<bool> wait_ready() & { return detail::wait_for_run(consumer()); }

  /// The rest of the page in hand, or else the next page; not valid at the end. As `next`.
  boost::asio::awaitable<page> next_page() & { return detail::next_page(consumer()); }

  /// A run that is already here, without suspending; null if a page must be fetched, or at the end.
  run_ptr next_if_ready() & { return detail::next_if_ready(consumer()); }

  /// As `next`, for any completion token: callbacks, futures, `deferred`, `as_tuple`. Signature
  /// `void(error_code, run_ptr)`; with `with_details(token)` it is `void(std::exception_ptr,
  /// run_ptr)`. The handler runs by its associated executor, else by the client's, and its
  /// associated allocator holds it meanwhile. A run that is here costs one post, or none where the
  /// handler has an immediate executor (Boost 1.82).
  template <class CompletionToken = detail::default_token_t<Executor>>
  auto async_next(CompletionToken&& token = CompletionToken()) & {
    auto start = [consumer = consumer()](detail::completion<run_ptr> done) {
      detail::start_next_run(consumer, std::move(done));
    };
    return initiate<run_ptr, CompletionToken>(std::move(start), token);
  }

  /// As `wait_ready`, for any completion token. Signature `void(error_code, bool)`.
  template <class CompletionToken = detail::default_token_t<Executor>>
  auto async_wait_ready(CompletionToken&& token = CompletionToken()) & {
    auto start = [consumer = consumer()](detail::completion<bool> done) {
      detail::start_wait_for_run(consumer, std::move(done));
    };
    return initiate<bool, CompletionToken>(std::move(start), token);
  }

  /// As `next_page`, for any completion token. Signature `void(error_code, page)`.
  template <class CompletionToken = detail::default_token_t<Executor>>
  auto async_next_page(CompletionToken&& token = CompletionToken()) & {
    auto start = [consumer = consumer()](detail::completion<page> done) {
      detail::start_next_page(consumer, std::move(done));
    };
    return initiate<page, CompletionToken>(std::move(start), token);
  }

  /// Ends what is under way, as destroying it does; nothing more is sent. Runs that are here still
  /// come, then calls are `errc::cancelled`. Threads: any. Safe to repeat.
  void close() noexcept { detail::close(consumer_); }

  /// The latest failure, details included; its code is zero if there was none.
  request_failure const& failure() const { return detail::failure_of(*consumer()); }

 protected:
  explicit basic_run_stream(detail::consumer_ptr consumer) : consumer_(std::move(consumer)) {}
  basic_run_stream(basic_run_stream&&) noexcept = default;
  basic_run_stream& operator=(basic_run_stream&& other) noexcept {
    if (this != &other) {
      close();
      consumer_ = std::move(other.consumer_);
    }
    return *this;
  }
  ~basic_run_stream() { close(); }

  detail::consumer_ptr const& consumer() const { return detail::not_moved_from(consumer_); }

  detail::consumer_ptr consumer_;

 private:
  template <class Value, class CompletionToken, class Start>
  auto initiate(Start start, std::remove_reference_t<CompletionToken>& token) {
    auto made = detail::make_initiation<Value>(detail::executor_of(*consumer()), std::move(start));
    return boost::asio::async_initiate<CompletionToken, void(error_code, Value)>(std::move(made),
                                                                                 token);
  }
};

}  // namespace simruns
