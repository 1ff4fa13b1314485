#pragma once

#include "handles.hpp"
#include "io_thread.hpp"
#include "mailbox.hpp"
#include "simruns/error.hpp"
#include "simruns/page/batch_info.hpp"
#include "simruns/walk/completeness.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <pybind11/pybind11.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace simruns_python {

/// An operation that is under way in the core thread, as Python sees it.
class operation : public abandonable, public std::enable_shared_from_this<operation> {
 public:
  using outcome = std::variant<std::monostate, simruns::page, std::shared_ptr<held_pages>, bool,
                               simruns::run_ptr, simruns::batch_info, simruns::batch_witness,
                               simruns::request_failure>;

  operation(std::shared_ptr<io_thread> io, std::shared_ptr<mailbox> box)
      : io_(std::move(io)), box_(std::move(box)) {}

  /// Starts `work`, whose result or exception is the outcome. Call it once. Throws `request_error`
  /// if the core thread has ended.
  void start(boost::asio::awaitable<outcome> work) {
    auto self = shared_from_this();
    io_->abandon_at_end(self);
    boost::asio::co_spawn(io_->context(), std::move(work),
                          boost::asio::bind_cancellation_slot(stop_.slot(), ending(self)));
  }

  /// Asks for the end of the operation. Threads: any. Safe to repeat.
  void cancel() {
    if (!io_->is_of_this_process() || done()) return;
    boost::asio::post(io_->context(), [self = shared_from_this()] {
      self->stop_.emit(boost::asio::cancellation_type::terminal);
    });
  }

  /// The core thread has ended, so that nothing else ends the operation. An event loop is told at
  /// once. A thread that waits finds out by itself, if the process does not end before: one that
  /// nobody waits for should not raise at each exit.
  void abandon() override {
    if (box_) end();
  }

  /// Ends a wait that goes on though the core thread ended a while ago.
  void end_if_abandoned() {
    static constexpr std::chrono::seconds while_ago{1};
    if (io_->ended_for(while_ago)) end();
  }

  bool done() const {
    std::lock_guard const lock(mutex_);
    return outcome_.has_value();
  }

  /// Has an operation that is not done yet arrive in another mailbox than it was begun for.
  void deliver_to(std::shared_ptr<mailbox> box) {
    std::lock_guard const lock(mutex_);
    if (!outcome_) box_ = std::move(box);
  }

  /// Blocks for at most `limit`. False: the operation is not done yet.
  bool wait_for(std::chrono::milliseconds limit) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [this] { return outcome_.has_value(); });
  }

  /// The outcome. Requires: `done()`.
  outcome const& result() const noexcept { return *outcome_; }

  bool is_of_this_process() const noexcept { return io_->is_of_this_process(); }

  /// What a walk has brought so far, and the position after it. Threads: any.
  std::pair<std::shared_ptr<held_pages>, std::string> held() const {
    std::lock_guard const lock(mutex_);
    return {std::make_shared<held_pages>(held_), position_};
  }

  /// Takes what the batch of a walk says of itself.
  void add(simruns::batch_witness witness) {
    std::lock_guard const lock(mutex_);
    held_.tally.witness = std::move(witness);
  }

  /// Takes what a step of a walk brought: a page, or none where the walk has failed or ended.
  /// `bad`: all runs that the walk has left out.
  void add(simruns::page page, simruns::completeness const& tally, std::string position,
           std::vector<simruns::bad_run> const& bad) {
    std::lock_guard const lock(mutex_);
    if (page) {
      received += static_cast<std::int64_t>(page.size());
      total = page.pagination().total.value_or(-1);
      held_.add(std::move(page));
    }
    held_.tally = tally;
    append_new(held_.bad_runs, bad);
    position_ = std::move(position);
  }

  std::atomic<std::int64_t> received{0};
  std::atomic<std::int64_t> total{-1};  ///< Negative while unknown.

 private:
  friend class mailbox;

  /// Tells the operation of its end. Asio drops it where there is no memory to go on, and that is
  /// an end, too.
  class ending {
   public:
    explicit ending(std::shared_ptr<operation> of) : of_(std::move(of)) {}
    ending(ending&&) noexcept = default;
    ending& operator=(ending&&) = delete;
    ~ending() {
      if (!of_ || of_->io_->context().stopped()) return;
      of_->finish(failure_of(std::make_exception_ptr(std::bad_alloc())));
    }

    void operator()(std::exception_ptr thrown, outcome result) {
      auto const of = std::exchange(of_, nullptr);
      if (thrown) return of->finish(failure_of(thrown));
      of->finish(std::move(result));
    }

   private:
    std::shared_ptr<operation> of_;
  };

  void end() {
    finish(simruns::request_error(simruns::errc::cancelled, "the process is ending").failure());
  }

  static simruns::request_failure failure_of(std::exception_ptr thrown);

  void finish(outcome result) {
    std::shared_ptr<mailbox> box;
    {
      std::lock_guard const lock(mutex_);
      if (outcome_) return;
      outcome_ = std::move(result);
      box = std::move(box_);
    }
    changed_.notify_all();
    if (box) box->put(shared_from_this());
  }

  std::shared_ptr<io_thread> io_;
  std::shared_ptr<mailbox> box_;
  std::shared_ptr<operation> next_in_box_;  ///< Of the mailbox, while it is in there.
  boost::asio::cancellation_signal stop_;   ///< Used in the core thread only.
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::optional<outcome> outcome_;
  held_pages held_;
  std::string position_;
};

/// Blocks without the GIL until the operation is done, and lets signal handlers run meanwhile. One
/// that raises, as for Ctrl-C, cancels the operation. False: `limit` passed.
bool wait_with_signals(operation& op, std::optional<std::chrono::milliseconds> limit);

/// Gives the result as a Python object, or raises the failure.
pybind11::object result_of(operation const& op);

}  // namespace simruns_python
