#pragma once

#include "simruns/fetch/client_core.hpp"
#include "simruns/fetch/fetch.hpp"
#include "simruns/follow/follow_pace.hpp"
#include "simruns/follow/follow_plan.hpp"
#include "simruns/runs/detail/step_source.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace simruns::detail {

/// The polls of a live batch, made when its consumer asks for more. Used on the client's strand
/// only, but for `status` and `lost`; lives as long as its follower or an operation of it.
class follow_source final : public step_source, public std::enable_shared_from_this<follow_source> {
 public:
  follow_source(std::shared_ptr<client_core> core, run_query const& query, follow_options options)
      : core_(std::move(core)),
        on_poll_(options.on_poll()),
        pace_(options),
        plan_(query, std::move(options), core_->config.max_pages) {}

  boost::asio::awaitable<walk_step> take() override { return take(shared_from_this()); }

  void abandon() override {
    abandoned_ = true;
    if (stop_) (*stop_)(boost::asio::cancellation_type::terminal);
  }

  /// Threads: any.
  follow_status status() const {
    std::lock_guard const lock(mutex_);
    return status_;
  }
  std::vector<lost_run> lost() const {
    std::lock_guard const lock(mutex_);
    return lost_;
  }

 private:
  using clock = std::chrono::steady_clock;

  static boost::asio::awaitable<walk_step> take(std::shared_ptr<follow_source> self);
  static boost::asio::awaitable<walk_step> step(std::shared_ptr<follow_source> self);
  static boost::asio::awaitable<void> pause(std::shared_ptr<follow_source> self);

  /// Whether a poll is under way, or can begin now. If not, it is time to pause, or over.
  bool ready();
  page accept(fetched const& latest);
  void poll_over();
  void publish();
  void end(follow_end why) {
    plan_.end(why);
    publish();
  }

  std::shared_ptr<client_core> core_;
  std::function<void(follow_status const&)> on_poll_;
  follow_pace pace_;
  follow_plan plan_;
  std::uint64_t changes_ = 0;  ///< Of the plan, when the poll began.
  bool abandoned_ = false;
  std::optional<request_failure> broken_;  ///< A failure that no further call can mend.
  std::optional<strand_stop> stop_;        ///< Of the operation under way.
  mutable std::mutex mutex_;
  follow_status status_;
  std::vector<lost_run> lost_;
};

inline bool follow_source::ready() {
  if (plan_.polling()) return true;
  auto const now = clock::now();
  if (auto const why = pace_.over(now)) end(*why);
  if (plan_.done() || now < pace_.due()) return false;
  changes_ = plan_.changes();
  pace_.poll_began(now);
  plan_.begin_poll();
  publish();
  return true;
}

inline page follow_source::accept(fetched const& latest) try {
  auto fresh = plan_.accept(latest.got, latest.requests);
  if (!plan_.polling()) poll_over();
  publish();
  return fresh;
} catch (...) {  // which runs of the page are taken as given is not known
  broken_ = failure_of(std::current_exception());
  throw;
}

inline void follow_source::poll_over() {
  std::uniform_real_distribution<double> fraction(0, 1);
  pace_.poll_ended(clock::now(), plan_.changes() != changes_, fraction(core_->random));
  if (on_poll_) on_poll_(plan_.status());
}

inline void follow_source::publish() {
  auto latest = plan_.status();
  std::lock_guard const lock(mutex_);
  status_ = latest;
  if (lost_ != plan_.lost()) lost_ = plan_.lost();
}

/// Throws: request_error (cancelled).
inline boost::asio::awaitable<void> follow_source::pause(std::shared_ptr<follow_source> self) {
  namespace asio = boost::asio;
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, self->pace_.due());
  error_code woken;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  if (woken) throw request_error(errc::cancelled, "cancelled between two polls");
}

/// Until there is something to give.
inline boost::asio::awaitable<walk_step> follow_source::step(std::shared_ptr<follow_source> self) {
  walk_step out;
  for (;;) {
    out.failure = self->broken_ ? self->broken_ : self->plan_.take_failure();
    if (out.failure || self->plan_.done()) co_return out;
    if (!self->ready()) {
      if (!self->plan_.done()) co_await pause(self);
      continue;
    }
    auto const latest = co_await fetch(self->core_, self->plan_.query(), self->plan_.next());
    if (latest) {
      out.got = self->accept(*latest);
      if (!out.got.empty()) co_return out;
      out.got = page();
      continue;
    }
    bool const goes_on = self->plan_.refused(latest.error());
    self->publish();
    if (goes_on) continue;
    out.failure = latest.error();
    co_return out;
  }
}

inline boost::asio::awaitable<walk_step> follow_source::take(std::shared_ptr<follow_source> self) {
  namespace asio = boost::asio;
  if (self->abandoned_) throw request_error(errc::cancelled, "the follower was closed");
  self->pace_.start(clock::now());
  strand_stop stop(self->core_->strand);
  self->stop_ = stop;
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer deadline(executor, self->pace_.deadline());
  deadline.async_wait([stop](error_code cancelled) mutable {
    if (!cancelled) stop(asio::cancellation_type::terminal);
  });
  walk_step out;
  std::exception_ptr thrown;
  try {
    out = co_await on_strand(self->core_->strand, step(self), stop);
  } catch (...) {
    thrown = std::current_exception();
  }
  self->stop_.reset();
  if (thrown) out.failure = failure_of(thrown);
  auto const state = co_await asio::this_coro::cancellation_state;
  bool const by_caller = state.cancelled() != asio::cancellation_type::none || self->abandoned_;
  bool const cut = !by_caller && out.failure && out.failure->code == errc::cancelled;
  if (cut && clock::now() >= self->pace_.deadline()) {
    self->end(follow_end::deadline);
    out.failure.reset();
  }
  co_return out;
}

}  // namespace simruns::detail
