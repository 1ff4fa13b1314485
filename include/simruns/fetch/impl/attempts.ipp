#pragma once

#include "simruns/config.hpp"
#include "simruns/fetch/attempts.hpp"
#include "simruns/fetch/retry_policy.hpp"
#include "simruns/text/excerpt.hpp"
#include "simruns/text/random.hpp"

#include <algorithm>
#include <utility>

namespace simruns::detail {

SIMRUNS_INLINE std::chrono::milliseconds time_since(attempt_account::clock::time_point start) {
  auto const time = attempt_account::clock::now() - start;
  return std::chrono::duration_cast<std::chrono::milliseconds>(time);
}

SIMRUNS_INLINE attempt_account::attempt_account(std::shared_ptr<client_core> core,
                                                std::string target, clock::time_point until)
    : core_(std::move(core)), target_(std::move(target)), walk_until_(until) {
  if (config().operation_timeout.count() != 0) own_until_ = began_ + config().operation_timeout;
}

SIMRUNS_INLINE attempt_limits attempt_account::limits() const {
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

SIMRUNS_INLINE void attempt_account::start(std::chrono::milliseconds waited_for_budget) {
  ++attempts_;
  note_wait(waited_for_budget);
  attempt_began_ = clock::now();
  era_ = core_->traffic->pace.era();
  attempt_waited_ = {};
  auto started = event(request_event::kind::started);
  started.waited = waited_for_budget;
  tell(started);
}

SIMRUNS_INLINE void attempt_account::waited_for_connection(
    std::chrono::milliseconds time) noexcept {
  note_wait(time);
  attempt_began_ += time;
  attempt_waited_ = time;
}

SIMRUNS_INLINE void attempt_account::responded(int status, std::size_t bytes,
                                               std::string const& trace_id) const {
  auto answered = event(request_event::kind::answered);
  answered.status = status;
  answered.bytes = bytes;
  answered.trace_id = trace_id;
  answered.elapsed = time_since(attempt_began_);
  answered.waited = attempt_waited_;
  tell(answered);
}

SIMRUNS_INLINE void attempt_account::succeeded() const noexcept {
  core_->traffic->pace.went_well();
  if (attempts_ == 1) core_->traffic->retries.earn();
}

SIMRUNS_INLINE void attempt_account::failed(request_failure const& failure) const noexcept {
  if (failure.code == errc::rate_limited || failure.code == errc::timeout) {
    core_->traffic->pace.too_much(era_);
  }
}

SIMRUNS_INLINE std::optional<std::chrono::milliseconds> attempt_account::next_pause(
    request_failure& failure) const {
  if (!is_retried(failure, config().retry_server_errors)) return std::nullopt;
  if (expired() && failure.code == errc::timeout && failure.status == 0) {
    failure.message = name_of_deadline() + " passed before the response was whole";
    return std::nullopt;
  }
  if (attempts_ >= config().max_attempts) return std::nullopt;
  if (failure.retry_after > config().retry_after_cap) {
    failure.message += "; the server asks to wait " + seconds_text(failure.retry_after) +
                       ", longer than retry_after_cap of " + seconds_text(config().retry_after_cap);
    return std::nullopt;
  }
  std::chrono::milliseconds pause =
      backoff(attempts_ - 1, config().backoff_base, config().backoff_cap, random_fraction());
  pause = std::max<std::chrono::milliseconds>(pause, failure.retry_after);
  if (clock::now() + pause >= deadline()) {
    failure.message += "; no time for another attempt within " + name_of_deadline();
    return std::nullopt;
  }
  if (!core_->traffic->retries.take(failure.code == errc::timeout)) {
    failure.message += "; not tried again, as too many requests of this client have failed";
    return std::nullopt;
  }
  return pause;
}

SIMRUNS_INLINE void attempt_account::will_retry(request_failure const& failure,
                                                std::chrono::milliseconds pause) const {
  auto retry = event(request_event::kind::will_retry);
  retry.status = failure.status;
  retry.trace_id = failure.trace_id;
  retry.failure = failure;
  retry.elapsed = time_since(attempt_began_);
  retry.waited = attempt_waited_;
  retry.pause = pause;
  tell(retry);
}

SIMRUNS_INLINE request_failure attempt_account::give_up(request_failure failure) const {
  failure.attempts = attempts_;
  failure.elapsed = time_since(began_);
  failure.waited = waited_;
  auto end = event(request_event::kind::gave_up);
  end.status = failure.status;
  end.trace_id = failure.trace_id;
  end.failure = failure;
  end.elapsed = failure.elapsed;
  tell(end);
  return failure;
}

SIMRUNS_INLINE request_failure attempt_account::out_of_time() const {
  request_failure out;
  out.code = errc::timeout;
  out.message = name_of_deadline() + " passed";
  return give_up(std::move(out));
}

SIMRUNS_INLINE void attempt_account::note_wait(std::chrono::milliseconds time) noexcept {
  waited_ += time;
  if (own_until_ != clock::time_point::max()) own_until_ += time;
}

SIMRUNS_INLINE std::string attempt_account::name_of_deadline() const {
  bool const walk = walk_until_ < own_until_;
  return (walk ? "walk_timeout of " : "operation_timeout of ") +
         seconds_text(walk ? config().walk_timeout : config().operation_timeout);
}

SIMRUNS_INLINE request_event attempt_account::event(request_event::kind what) const {
  request_event out;
  out.what = what;
  out.target = target_;
  out.attempt = attempts_;
  return out;
}

SIMRUNS_INLINE void attempt_account::tell(request_event const& event) const noexcept {
  if (!config().on_event) return;
  try {
    config().on_event(event);
  } catch (...) {  // a logger that fails fails no request
  }
}

}  // namespace simruns::detail
