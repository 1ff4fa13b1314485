#pragma once

#include "simruns/fwd.hpp"
#include "simruns/page/page.hpp"
#include "simruns/runs/detail/walk_source.hpp"
#include "simruns/walk/completeness.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

namespace simruns {

namespace detail {
struct run_consumer;
}

/// The runs of a batch, one after another, across pages. Nothing is sent before the first is asked
/// for; then one page (`client_config::prefetch`) is read ahead, and of a settled batch, for a
/// consumer that keeps up, as many as there are connections. A handle: moving is cheap, and
/// destroying it ends what is under way.
///
///     auto runs = client.runs(query);
///     while (simruns::run_ptr run = co_await runs.next()) use(*run);
///
/// After an error or a cancellation its state is unchanged: the next call asks for the same page
/// again, but one that ended the walk (cursors in a circle, runs missing, too many pages) comes
/// again. After the end it is null for ever. One operation at a time: a second call while one is
/// outstanding is `errc::invalid_argument`.
class run_generator {
 public:
  run_generator(run_generator&&) noexcept = default;
  run_generator& operator=(run_generator&& other) noexcept;
  ~run_generator();

  /// The next run; null at the end.
  /// Completes: at once for a run of the page in hand.   Throws: request_error, with `position`.
  /// Cancels:   terminal, partial, total; the connection is dropped, nothing is lost.
  /// Lifetime:  keeps what it needs alive itself; the generator may go first.
  /// Threads:   any, one at a time.                       Cost: one GET a page, shared by its runs.
  boost::asio::awaitable<run_ptr> next();

  /// Whether there is a next run, which is then here for `try_next`. As `next`, but takes nothing.
  boost::asio::awaitable<bool> ready();

  /// A run that is already here, without suspending; null if a page must be fetched, or at the end.
  run_ptr try_next();

  /// The rest of the page in hand, or else the next page; not valid at the end. As `next`.
  boost::asio::awaitable<page> next_page();

  /// As `next`, for callbacks, futures, `deferred`, `as_tuple`: signature `void(error_code,
  /// run_ptr)`. The details of an error are in `failure()`.
  template <class CompletionToken>
  auto async_next(CompletionToken&& token);

  /// Ends what is under way, as destroying it does; nothing more is sent. Runs that are here still
  /// come, then calls are `errc::cancelled`. Threads: any. Safe to repeat.
  void close() noexcept;

  /// Where the next run is, for `run_query::start_at`: the consumer's place, not the read-ahead's.
  std::string position() const;

  /// What the walk has had, as of the page in hand.
  simruns::completeness const& completeness() const noexcept;

  /// The latest failure, details included; its code is zero if there was none.
  request_failure const& failure() const noexcept;

 private:
  friend class client;
  run_generator(std::shared_ptr<detail::client_core> core, run_query const& query);

  std::shared_ptr<detail::run_consumer> consumer_;
};

}  // namespace simruns

#include "simruns/runs/detail/run_consumer.hpp"
