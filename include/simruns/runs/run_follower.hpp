#pragma once

#include "simruns/follow/follow_options.hpp"
#include "simruns/fwd.hpp"
#include "simruns/page/page.hpp"
#include "simruns/runs/detail/follow_source.hpp"
#include "simruns/runs/run_generator.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace simruns {

/// The runs of a live batch, each once, as they settle. A handle, as `run_generator` is one:
/// nothing is sent before the first run is asked for, and polls are made only while one is asked
/// for.
///
///     simruns::follow_options until_done;
///     until_done.until_count(500);
///     auto runs = client.follow(query, until_done);
///     while (simruns::run_ptr run = co_await runs.next()) use(*run);
///     if (runs.status().lost != 0) ...
///
/// A run is settled when its verdict is not `pending`; one that was given is never given again,
/// even if it changes. Within a poll runs come in the order of the batch. After an error or a
/// cancellation its state is unchanged: the next call asks for the same page again. After the end
/// it is null for ever. One operation at a time.
class run_follower {
 public:
  run_follower(run_follower&&) noexcept = default;
  run_follower& operator=(run_follower&& other) noexcept {
    if (this != &other) {
      close();
      consumer_ = std::move(other.consumer_);
      source_ = std::move(other.source_);
    }
    return *this;
  }
  ~run_follower() { close(); }

  /// The next run that has settled; null at the end.
  /// Completes: at once for a run of the page in hand, else at a poll.   Throws: request_error.
  /// Cancels:   terminal, partial, total, in a pause too; nothing is lost.
  /// Lifetime:  keeps what it needs alive itself; the follower may go first.
  /// Threads:   any, one at a time.     Cost: a poll an interval, one GET or more each.
  boost::asio::awaitable<run_ptr> next() { return detail::next_run(consumer_); }

  /// Whether there is a next run, which is then here for `try_next`. As `next`, but takes nothing.
  boost::asio::awaitable<bool> ready() { return detail::run_is_here(consumer_); }

  /// A run that is already here, without suspending; null if there is none.
  run_ptr try_next() {
    detail::consumer_turn const turn(consumer_);
    return consumer_->pop();
  }

  /// The settled runs of one page that are left, or of the next that has some; not valid at the
  /// end. As `next`.
  boost::asio::awaitable<page> next_page() { return detail::next_page_of(consumer_); }

  /// As `next`, with the signature `void(error_code, run_ptr)`; see `run_generator::async_next`.
  template <class CompletionToken>
  auto async_next(CompletionToken&& token) {
    return boost::asio::async_initiate<CompletionToken, void(error_code, run_ptr)>(
        detail::start_next{}, token, consumer_);
  }

  /// Ends what is under way, as destroying it does; nothing more is sent. Runs that are here still
  /// come, then calls are `errc::cancelled`. Threads: any. Safe to repeat.
  void close() noexcept { detail::close(consumer_); }

  /// As of the latest page, whose runs may not all have been taken yet. Threads: any.
  follow_status status() const { return source_->status(); }

  /// The runs that went before they settled, in the order of their loss. Threads: any.
  std::vector<lost_run> lost() const { return source_->lost(); }

  /// The latest failure, details included; its code is zero if there was none.
  request_failure const& failure() const noexcept { return consumer_->failure; }

 private:
  friend class client;
  run_follower(std::shared_ptr<detail::client_core> core, run_query const& query,
               follow_options options)
      : source_(std::make_shared<detail::follow_source>(core, query, std::move(options))),
        consumer_(std::make_shared<detail::run_consumer>(std::move(core), source_)) {}

  std::shared_ptr<detail::follow_source> source_;
  std::shared_ptr<detail::run_consumer> consumer_;
};

}  // namespace simruns
