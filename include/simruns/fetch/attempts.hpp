#pragma once

#include "simruns/fetch/client_core.hpp"
#include "simruns/fetch/retry_policy.hpp"
#include "simruns/request/request_event.hpp"
#include "simruns/text/excerpt.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

namespace simruns::detail {

/// The account of one operation, a page with its attempts: their number, the time that is left, and
/// whether one more may follow. Used on the client's strand.
class attempt_account {
 public:
  using clock = std::chrono::steady_clock;

  /// `until`: the end of the walk that it is part of.
  attempt_account(std::shared_ptr<client_core> core, std::string target, clock::time_point until)
      : core_(std::move(core)), target_(std::move(target)), walk_until_(until) {
    if (config().operation_timeout.count() != 0) own_until_ = began_ + config().operation_timeout;
  }

  int attempts() const noexcept { return attempts_; }

  /// Whether no time is left.
  bool expired() const noexcept { return clock::now() >= deadline(); }

  /// An attempt goes out, after waiting for the request budget.
  void start(std::chrono::milliseconds waited_for_budget) {
    ++attempts_;
    note_wait(waited_for_budget);
    attempt_began_ = clock::now();
    era_ = core_->pace.era();
    attempt_waited_ = {};
    tell(request_event::kind::started,
         [&](request_event& event) { event.waited = waited_for_budget; });
  }

  /// What this attempt may take: no more than is left.
  attempt_limits limits() const {
    attempt_limits out;
    out.connect_timeout = config().connect_timeout;
    out.attempt_timeout = config().attempt_timeout;
    out.max_header_bytes = config().max_header_bytes;
    out.max_body_bytes = config().max_body_bytes;
    out.max_inflated_bytes = config().max_inflated_bytes;
    auto const until = deadline();
    if (until == clock::time_point::max()) return out;
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now());
    auto const at_least = std::max(left, std::chrono::milliseconds(1));
    bool const tighter = out.attempt_timeout.count() == 0 || at_least < out.attempt_timeout;
    if (tighter) out.attempt_timeout = at_least;
    return out;
  }

  /// The attempt that has started had to wait for a connection: that is not its own time either.
  void waited_for_connection(std::chrono::milliseconds time) noexcept {
    note_wait(time);
    attempt_began_ += time;
    attempt_waited_ = time;
  }

  /// The attempt that has started ended before anything was done for it.
  void never_begun() noexcept { --attempts_; }

  /// A whole response came.
  void responded(int status, std::size_t bytes, std::string const& trace_id) const {
    tell(request_event::kind::answered, [&](request_event& event) {
      event.status = status;
      event.bytes = bytes;
      event.trace_id = trace_id;
      event.elapsed = since(attempt_began_);
      event.waited = attempt_waited_;
    });
  }

  void succeeded() const noexcept {
    core_->pace.went_well();
    if (attempts_ == 1) core_->retries.earn();
  }

  /// An attempt failed.
  void failed(request_failure const& failure) const noexcept {
    if (failure.code == errc::rate_limited || failure.code == errc::timeout) {
      core_->pace.too_much(era_);
    }
  }

  /// The pause before the next attempt; nothing, if there is to be none, and then `failure` says
  /// why where that is not plain.
  std::optional<std::chrono::milliseconds> next_pause(request_failure& failure) const;

  void will_retry(request_failure const& failure, std::chrono::milliseconds pause) const {
    tell(request_event::kind::will_retry, [&](request_event& event) {
      event.status = failure.status;
      event.trace_id = failure.trace_id;
      event.failure = failure;
      event.elapsed = since(attempt_began_);
      event.waited = attempt_waited_;
      event.pause = pause;
    });
  }

  /// `failure` with all that is known of the operation.
  request_failure give_up(request_failure failure) const;

  /// The end, where the time ran out before an attempt could be sent.
  request_failure out_of_time() const {
    request_failure out;
    out.code = errc::timeout;
    out.message = name_of_deadline() + " passed";
    return give_up(std::move(out));
  }

 private:
  /// Waiting for a turn is not the operation's own time.
  void note_wait(std::chrono::milliseconds time) noexcept {
    waited_ += time;
    if (own_until_ != clock::time_point::max()) own_until_ += time;
  }

  client_config const& config() const noexcept { return core_->config; }
  clock::time_point deadline() const noexcept { return std::min(own_until_, walk_until_); }
  std::string name_of_deadline() const {
    bool const walk = walk_until_ < own_until_;
    return (walk ? "walk_timeout of " : "operation_timeout of ") +
           seconds_text(walk ? config().walk_timeout : config().operation_timeout);
  }

  static std::chrono::milliseconds since(clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - start);
  }

  template <class Fill>
  void tell(request_event::kind what, Fill const& fill) const noexcept {
    if (!config().on_event) return;
    try {
      request_event event;
      event.what = what;
      event.target = target_;
      event.attempt = attempts_;
      fill(event);
      config().on_event(event);
    } catch (...) {  // a logger that fails fails no request
    }
  }

  std::shared_ptr<client_core> core_;
  std::string target_;
  clock::time_point began_ = clock::now();
  clock::time_point own_until_ = clock::time_point::max();
  clock::time_point walk_until_;
  clock::time_point attempt_began_ = began_;
  std::chrono::milliseconds attempt_waited_{};
  std::chrono::milliseconds waited_{};
  int attempts_ = 0;
  std::uint64_t era_ = 0;  ///< Of the client's pace.
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/fetch/impl/attempts.ipp"
#endif
