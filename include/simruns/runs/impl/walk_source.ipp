#pragma once

#include "simruns/config.hpp"
#include "simruns/runs/detail/walk_source.hpp"

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace simruns::detail {

/// Without read-ahead, nothing is sent that was not asked for.
SIMRUNS_INLINE list_query planned(client_core const& core, list_query query) {
  bool const frugal = core.config.prefetch == 0 && query.walk() == walk_mode::automatic;
  return frugal ? query.with_walk(walk_mode::cursor) : query;
}

SIMRUNS_INLINE walk_source::walk_source(std::shared_ptr<client_core> core, list_query const& query)
    : core_(std::move(core)),
      plan_(planned(*core_, query), core_->config.max_pages),
      changed_(core_->executor()) {}

/// Pages that may be here or under way. Several at a time are for a consumer that keeps up, and as
/// far as pages like the largest one do not take too much memory together: a response of some
/// megabytes may be a page of 200.
SIMRUNS_INLINE std::size_t walk_source::ahead() const noexcept {
  static constexpr std::size_t most_bytes = std::size_t{256} << 20;
  auto const asked = core_->config.prefetch + (waited_for_ ? 1 : 0);
  auto const& traffic = *core_->traffic;
  auto const wanted =
      hurried_ && plan_.by_windows() ? std::max(asked, traffic.pace.level()) : asked;
  auto const fitting = most_bytes / std::max<std::size_t>(traffic.largest_page, 1);
  return std::min(wanted, std::max<std::size_t>(fitting, 1));
}

SIMRUNS_INLINE std::optional<page_wish> walk_source::next_wish() {
  if (failure_ || abandoned_) return std::nullopt;
  return plan_.next_wish(ahead());
}

SIMRUNS_INLINE void walk_source::start_reading() {
  auto const limit = core_->config.walk_timeout;
  if (!began_ && limit.count() != 0) until_ = std::chrono::steady_clock::now() + limit;
  began_ = true;
  try {
    while (auto wish = next_wish()) start_reader(*std::move(wish));
  } catch (...) {
    give_up(std::current_exception());
  }
}

/// Where a reader could not be begun, or not go on: out of memory. There is no reader of what is
/// said to be under way.
SIMRUNS_INLINE void walk_source::give_up(std::exception_ptr const& thrown) {
  plan_.all_missed();
  broken_ = failure_ = failure_of(thrown);
  changed_.wake();
}

SIMRUNS_INLINE void walk_source::start_reader(page_wish wish) {
  // One stop a reader, and as long as it: one that was stopped may still be on its way out when the
  // next begins, and what it is cancelled by lives in there.
  auto const stop = std::make_shared<strand_stop>(core_->strand);
  readers_.insert(stop);
  ending done([self = weak_from_this(), stop](std::exception_ptr thrown) {
    auto const here = self.lock();
    bool const current = here && here->readers_.erase(stop) > 0;
    if (current && thrown) here->give_up(thrown);
  });
  auto reader = read(shared_from_this(), std::move(wish), era_);
  spawn_on_strand(core_->strand, std::move(reader), *stop, std::move(done));
}

SIMRUNS_INLINE void walk_source::stop_reading() {
  ++era_;
  plan_.all_missed();
  for (auto const& stop : std::exchange(readers_, {})) {
    stop->emit(boost::asio::cancellation_type::terminal);
  }
}

SIMRUNS_INLINE void walk_source::deliver(page_wish const& wish,
                                         result<fetched_page> const& fetched) {
  if (!fetched) {
    plan_.count_requests(fetched.error().attempts);
    plan_.missed(wish);
    if (!failure_) failure_ = fetched.error();
    return;
  }
  auto& largest = core_->traffic->largest_page;
  largest = std::max(largest, fetched->page.capacity());
  if (plan_.came(wish, fetched->page, fetched->requests)) return;
  stop_reading();
  failure_.reset();  // of a page that is of no use any more
  changed_.wake();
  start_reading();
}

/// `era`: a reader that was stopped meanwhile must not touch the walk.
SIMRUNS_INLINE boost::asio::awaitable<void> walk_source::read(std::shared_ptr<walk_source> self,
                                                              page_wish wish, std::uint64_t era) {
  for (std::optional<page_wish> now(std::move(wish)); now; now = self->next_wish()) {
    result<fetched_page> fetched;
    std::exception_ptr thrown;
    bool in_time = true;
    try {
      fetched = co_await fetch(self->core_, self->plan_.query(), now->start, self->until_);
      in_time = era == self->era_;
      if (in_time) self->deliver(*now, fetched);
    } catch (...) {  // out of memory: what the page has been counted for is not known
      thrown = std::current_exception();
    }
    if (!in_time) self->plan_.count_requests(attempts_of(fetched));
    if (era != self->era_) co_return;
    if (thrown) {
      self->plan_.missed(*now);
      self->broken_ = self->failure_ = failure_of(thrown);
    }
    self->changed_.wake();
    self->start_reading();
  }
}

SIMRUNS_INLINE walk_step walk_source::pop() {
  auto step = plan_.take();
  taken_ = true;
  start_reading();
  return step;
}

SIMRUNS_INLINE walk_step walk_source::failed() {
  auto step = plan_.ended();
  step.failure = std::exchange(failure_, broken_);
  return step;
}

SIMRUNS_INLINE boost::asio::awaitable<walk_step> walk_source::take(
    std::shared_ptr<walk_source> self) {
  for (;;) {
    if (self->plan_.has_step()) co_return self->pop();
    if (self->failure_is_due()) co_return self->failed();
    if (self->plan_.done()) co_return self->plan_.ended();

    if (self->abandoned_) throw request_error(errc::cancelled, "the walk was closed");
    self->waited_for_ = true;
    self->hurried_ = self->taken_;
    self->start_reading();
    if (self->has_news()) {  // no reader could be started
      self->waited_for_ = false;
      continue;
    }
    bool wanted = false;
    try {
      wait_slot const slot(self->changed_);
      wanted = co_await slot.wait();
    } catch (boost::system::system_error const&) {
      wanted = false;
    }
    self->waited_for_ = false;
    if (!wanted || self->abandoned_) {
      auto const state = co_await boost::asio::this_coro::cancellation_state;
      if (drops_all(state.cancelled())) self->stop_reading();
      throw request_error(errc::cancelled, "the operation was cancelled");
    }
  }
}

}  // namespace simruns::detail
