#pragma once

#include "simruns/fetch/client_core.hpp"
#include "simruns/fetch/fetch.hpp"
#include "simruns/runs/detail/step_source.hpp"
#include "simruns/walk/walk_plan.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <set>
#include <utility>

namespace simruns::detail {

/// A walk under way: reads pages ahead of its consumer. Used on the client's strand only; lives as
/// long as its generator or an operation of it, and does not mind its context going first.
class walk final : public step_source, public std::enable_shared_from_this<walk> {
 public:
  walk(std::shared_ptr<client_core> core, run_query const& query)
      : core_(std::move(core)),
        plan_(planned(*core_, query), core_->config.max_pages),
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

  /// Without read-ahead, nothing is sent that was not asked for.
  static run_query planned(client_core const& core, run_query query) {
    bool const frugal = core.config.prefetch == 0 && query.walk() == walk_mode::automatic;
    if (frugal) query.walk(walk_mode::cursor);
    return query;
  }

  static boost::asio::awaitable<walk_step> take(std::shared_ptr<walk> self);
  static boost::asio::awaitable<void> read(std::shared_ptr<walk> self, page_wish wish,
                                           std::uint64_t era);
  void start_reading();
  void start_reader(page_wish wish);
  void stop_reading();
  std::optional<page_wish> next_wish();
  void deliver(page_wish const& wish, result<fetched> const& latest);
  std::size_t ahead() const noexcept;
  static int attempts_of(result<fetched> const& latest) {
    return latest ? latest->requests : latest.error().attempts;
  }
  walk_step pop();
  walk_step failed();
  bool failure_is_due() const noexcept { return failure_ && !plan_.head_under_way(); }
  bool has_news() const noexcept { return plan_.has_step() || failure_is_due() || plan_.done(); }

  std::shared_ptr<client_core> core_;
  walk_plan plan_;
  std::optional<request_failure> failure_;  ///< Of the read-ahead; surfaces after the steps.
  std::optional<request_failure> broken_;   ///< A failure that no further call can mend.
  std::uint64_t era_ = 0;                   ///< Readers of an earlier one were stopped.
  bool waited_for_ = false;
  bool taken_ = false;    ///< A page was.
  bool hurried_ = false;  ///< A consumer waited for one that was not the first.
  bool abandoned_ = false;
  bool began_ = false;
  std::chrono::steady_clock::time_point until_ = std::chrono::steady_clock::time_point::max();
  context_bound<io> io_;
  std::set<std::shared_ptr<stop_signal>> readers_;  ///< Of those at work.
};

/// Pages that may be here or under way. Several at a time are for a consumer that keeps up.
inline std::size_t walk::ahead() const noexcept {
  auto const asked = core_->config.prefetch + (waited_for_ ? 1 : 0);
  return hurried_ && plan_.by_windows() ? std::max(asked, core_->pace.level()) : asked;
}

inline std::optional<page_wish> walk::next_wish() {
  if (failure_ || abandoned_) return std::nullopt;
  return plan_.next_wish(ahead());
}

inline void walk::start_reading() {
  auto const limit = core_->config.walk_timeout;
  if (!began_ && limit.count() != 0) until_ = std::chrono::steady_clock::now() + limit;
  began_ = true;
  try {
    while (auto wish = next_wish()) start_reader(*std::move(wish));
  } catch (...) {  // out of memory: there is no reader of what is said to be under way
    plan_.all_missed();
    broken_ = failure_ = failure_of(std::current_exception());
  }
}

inline void walk::start_reader(page_wish wish) {
  auto reader = cancellable(read(shared_from_this(), std::move(wish), era_));
  // One signal a reader, and as long as it: one that was stopped may still be on its way out when
  // the next begins, and what it is cancelled by lives in the signal.
  auto strand = core_->executor();
  auto& context = boost::asio::query(strand, boost::asio::execution::context);
  auto const stop = std::make_shared<stop_signal>(context);
  readers_.insert(stop);
  auto done = [self = weak_from_this(), stop](std::exception_ptr) {
    if (auto const here = self.lock()) here->readers_.erase(stop);
  };
  boost::asio::co_spawn(strand, std::move(reader),
                        boost::asio::bind_cancellation_slot((*stop)->slot(), std::move(done)));
}

inline void walk::stop_reading() {
  ++era_;
  plan_.all_missed();
  for (auto const& stop : std::exchange(readers_, {})) {
    (*stop)->emit(boost::asio::cancellation_type::terminal);
  }
}

inline void walk::deliver(page_wish const& wish, result<fetched> const& latest) {
  if (!latest) {
    plan_.count_requests(latest.error().attempts);
    plan_.missed(wish);
    if (!failure_) failure_ = latest.error();
    return;
  }
  if (plan_.came(wish, latest->got, latest->requests)) return;
  stop_reading();
  failure_.reset();  // of a page that is of no use any more
  io_->changed.cancel();
  start_reading();
}

/// `era`: a reader that was stopped meanwhile must not touch the walk.
inline boost::asio::awaitable<void> walk::read(std::shared_ptr<walk> self, page_wish wish,
                                               std::uint64_t era) {
  for (std::optional<page_wish> now(std::move(wish)); now; now = self->next_wish()) {
    result<fetched> latest;
    std::exception_ptr thrown;
    bool in_time = true;
    try {
      latest = co_await fetch(self->core_, self->plan_.query(), now->start, self->until_);
      in_time = era == self->era_;
      if (in_time) self->deliver(*now, latest);
    } catch (...) {  // out of memory: what the page has been counted for is not known
      thrown = std::current_exception();
    }
    if (!in_time) self->plan_.count_requests(attempts_of(latest));
    if (era != self->era_) co_return;
    if (thrown) {
      self->plan_.missed(*now);
      self->broken_ = self->failure_ = failure_of(thrown);
    }
    self->io_->changed.cancel();
    self->start_reading();
  }
}

inline walk_step walk::pop() {
  auto step = plan_.take();
  taken_ = true;
  start_reading();
  return step;
}

inline walk_step walk::failed() {
  auto step = plan_.ended();
  step.failure = std::exchange(failure_, broken_);
  return step;
}

inline boost::asio::awaitable<walk_step> walk::take(std::shared_ptr<walk> self) {
  namespace asio = boost::asio;
  for (;;) {
    if (self->plan_.has_step()) co_return self->pop();
    if (self->failure_is_due()) co_return self->failed();
    if (self->plan_.done()) co_return self->plan_.ended();

    if (self->abandoned_) throw request_error(errc::cancelled, "the walk was closed");
    self->waited_for_ = true;
    self->hurried_ = self->taken_;
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
