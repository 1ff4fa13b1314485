#pragma once

#include "simruns/config.hpp"
#include "simruns/follow/follow_pace.hpp"

#include <algorithm>

namespace simruns {

SIMRUNS_INLINE void follow_pace::start(time_point now) noexcept {
  if (started_) return;
  started_ = true;
  due_ = changed_at_ = now;
  if (allowed_.count() != 0) deadline_ = now + allowed_;
}

SIMRUNS_INLINE void follow_pace::poll_ended(time_point now, bool changed,
                                            double fraction) noexcept {
  if (changed) changed_at_ = now;
  over_ = idle_.count() != 0 && now - changed_at_ >= idle_;
  auto const scale = 1 + jitter_ * (2 * fraction - 1);
  auto const pause = std::chrono::duration_cast<std::chrono::milliseconds>(interval_ * scale);
  due_ = std::max(began_ + pause, now + interval_ / 4);
  // The poll that decides whether it is idle comes in time.
  if (idle_.count() != 0) due_ = std::min(due_, std::max(now, changed_at_ + idle_));
}

SIMRUNS_INLINE std::optional<follow_end> follow_pace::over(time_point now) const noexcept {
  if (now >= deadline_) return follow_end::deadline;
  if (over_) return follow_end::idle;
  return std::nullopt;
}

}  // namespace simruns
