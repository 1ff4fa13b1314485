#pragma once

#include "simruns/config.hpp"
#include "simruns/fetch/attempts.hpp"

#include <algorithm>
#include <random>

namespace simruns::detail {

SIMRUNS_INLINE std::optional<std::chrono::milliseconds> attempt_account::next_pause(
    request_failure& failure) const {
  if (!is_retried(failure, config().retry_server_errors)) return std::nullopt;
  if (expired() && failure.code == errc::timeout && failure.status == 0) {
    failure.message = name_of_deadline() + " passed before the answer was whole";
    return std::nullopt;
  }
  if (attempts_ >= config().max_attempts) return std::nullopt;
  if (failure.retry_after > config().retry_after_cap) {
    failure.message += "; the server asks to wait " + seconds_text(failure.retry_after) +
                       ", longer than retry_after_cap of " + seconds_text(config().retry_after_cap);
    return std::nullopt;
  }
  std::uniform_real_distribution<double> fraction(0, 1);
  auto const drawn = fraction(core_->random);
  std::chrono::milliseconds pause =
      backoff(attempts_ - 1, config().backoff_base, config().backoff_cap, drawn);
  pause = std::max<std::chrono::milliseconds>(pause, failure.retry_after);
  if (clock::now() + pause >= deadline()) {
    failure.message += "; no time for another attempt within " + name_of_deadline();
    return std::nullopt;
  }
  if (!core_->retries.take(failure.code == errc::timeout)) {
    failure.message += "; not tried again, as too many requests of this client have failed";
    return std::nullopt;
  }
  return pause;
}

SIMRUNS_INLINE request_failure attempt_account::give_up(request_failure failure) const {
  failure.attempts = attempts_;
  failure.elapsed = since(began_);
  failure.waited = waited_;
  tell(request_event::kind::gave_up, [&](request_event& event) {
    event.status = failure.status;
    event.trace_id = failure.trace_id;
    event.failure = failure;
    event.elapsed = failure.elapsed;
  });
  return failure;
}

}  // namespace simruns::detail
