#pragma once

#include "simruns/detail/client_core.hpp"
#include "simruns/detail/step_source.hpp"
#include "simruns/runs/fetch.hpp"
#include "simruns/runs/page_cursor.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace simruns::detail {

/// A walk under way: reads pages ahead of its consumer. Used on the client's strand only; lives as
/// long as its generator or an operation of it, and does not mind its context going first.
class walk final : public step_source, public std::enable_shared_from_this<walk> {
 public:
  walk(std::shared_ptr<client_core> core, run_query const& query)
      : core_(std::move(core)),
        cursor_(query, core_->config.max_pages),
        io_(boost::asio::query(core_->executor(), boost::asio::execution::context),
            core_->executor()) {}

  /// The next page, or the end, or why there is none. Cancelling it also ends what is being read;
  /// the next call asks for the same page again.
  boost::asio::awaitable<walk_step> take() override { return take(shared_from_this()); }

  void abandon() override {
    abandoned_ = true;
    stop_reading();
    io_->changed.cancel();
  }

 private:
  struct io {
    explicit io(client_strand const& strand)
        : changed(strand, std::chrono::steady_clock::time_point::max()) {}
    boost::asio::steady_timer changed;
  };
  using stop_signal = context_bound<boost::asio::cancellation_signal>;

  static boost::asio::awaitable<walk_step> take(std::shared_ptr<walk> self);
  static boost::asio::awaitable<void> read(std::shared_ptr<walk> self, std::uint64_t me);
  void start_reading();
  void stop_reading();
  void store(fetched const& latest);
  walk_step pop();
  walk_step ended() const;
  bool has_news() const noexcept { return !ready_.empty() || failure_ || cursor_.done(); }
  bool wants_more() const noexcept {
    return !cursor_.done() && !failure_ && !abandoned_ &&
           ready_.size() < core_->config.prefetch + (waited_for_ ? 1 : 0);
  }

  std::shared_ptr<client_core> core_;
  page_cursor cursor_;
  std::deque<walk_step> ready_;
  std::optional<request_failure> failure_;  ///< Of the read-ahead; surfaces after `ready_`.
  std::uint64_t reader_ = 0;                ///< Which reader is the valid one.
  bool reading_ = false;
  bool waited_for_ = false;
  bool abandoned_ = false;
  bool began_ = false;
  std::chrono::steady_clock::time_point until_ = std::chrono::steady_clock::time_point::max();
  context_bound<io> io_;
  std::shared_ptr<stop_signal> stop_;  ///< Of the valid reader.
};

inline void walk::start_reading() {
  if (reading_ || !wants_more()) return;
  reading_ = true;
  auto const limit = core_->config.walk_timeout;
  if (!began_ && limit.count() != 0) until_ = std::chrono::steady_clock::now() + limit;
  began_ = true;
  auto reader = cancellable(read(shared_from_this(), ++reader_));
  // One signal a reader, and as long as it: one that was stopped may still be on its way out when
  // the next begins, and what it is cancelled by lives in the signal.
  auto strand = core_->executor();
  auto& context = boost::asio::query(strand, boost::asio::execution::context);
  stop_ = std::make_shared<stop_signal>(context);
  auto done = [kept = stop_](std::exception_ptr) {};
  boost::asio::co_spawn(strand, std::move(reader),
                        boost::asio::bind_cancellation_slot((*stop_)->slot(), std::move(done)));
}

inline void walk::stop_reading() {
  if (!reading_) return;
  ++reader_;
  reading_ = false;
  (*stop_)->emit(boost::asio::cancellation_type::terminal);
}

/// `me`: a reader that was stopped meanwhile must not touch the walk.
inline boost::asio::awaitable<void> walk::read(std::shared_ptr<walk> self, std::uint64_t me) {
  while (me == self->reader_ && self->wants_more()) {
    result<fetched> latest;
    std::exception_ptr thrown;
    try {
      latest =
          co_await fetch(self->core_, self->cursor_.query(), self->cursor_.next(), self->until_);
      if (!latest) self->cursor_.count_failed(latest.error().attempts);
      if (me != self->reader_) co_return;
      if (latest) self->store(*latest);
    } catch (...) {  // out of memory, or a transport that throws what is not its own
      thrown = std::current_exception();
    }
    if (me != self->reader_) co_return;
    if (thrown) {
      self->failure_ = failure_of(thrown);
    } else if (!latest) {
      self->failure_ = latest.error();
    }
    self->io_->changed.cancel();
  }
  if (me == self->reader_) self->reading_ = false;
}

inline void walk::store(fetched const& latest) {
  walk_step step;
  step.start = cursor_.next();
  step.got = cursor_.accept(latest.got, latest.requests);
  step.next = cursor_.next();
  step.tally = cursor_.completeness();
  if (!step.got.empty()) ready_.push_back(std::move(step));
}

inline walk_step walk::pop() {
  auto step = std::move(ready_.front());
  ready_.pop_front();
  start_reading();
  return step;
}

inline walk_step walk::ended() const {
  walk_step step;
  step.start = step.next = cursor_.next();
  step.tally = cursor_.completeness();
  step.failure = cursor_.failure();
  return step;
}

inline boost::asio::awaitable<walk_step> walk::take(std::shared_ptr<walk> self) {
  namespace asio = boost::asio;
  for (;;) {
    if (!self->ready_.empty()) co_return self->pop();
    if (self->failure_) {
      auto step = self->ended();
      step.failure = std::exchange(self->failure_, std::nullopt);
      co_return step;
    }
    if (self->cursor_.done()) co_return self->ended();

    if (self->abandoned_) throw request_error(errc::cancelled, "the walk was closed");
    self->waited_for_ = true;
    self->start_reading();
    if (self->has_news()) {  // a transport that answers at once was done before we could wait
      self->waited_for_ = false;
      continue;
    }
    error_code woken;
    std::exception_ptr thrown;
    try {
      co_await self->io_->changed.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    } catch (boost::system::system_error const&) {
      thrown = std::current_exception();
    }
    self->waited_for_ = false;
    auto const state = co_await asio::this_coro::cancellation_state;
    bool const cancelled = state.cancelled() != asio::cancellation_type::none;
    if (thrown || cancelled || self->abandoned_) {
      self->stop_reading();
      throw request_error(errc::cancelled, "the operation was cancelled");
    }
  }
}

}  // namespace simruns::detail
