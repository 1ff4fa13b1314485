#pragma once

#include "simruns/follow/follow_options.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace simruns {

/// When the next poll of a live batch is due, and when its time is up. Is told the time, and has no
/// clock of its own.
class follow_pace {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit follow_pace(follow_options const& options)
      : interval_(options.poll_interval()),
        jitter_(options.jitter()),
        idle_(options.idle()),
        allowed_(options.deadline()) {}

  /// The first run is asked for: the deadline counts from here. Later calls change nothing.
  void start(time_point now) noexcept {
    if (started_) return;
    started_ = true;
    due_ = changed_at_ = now;
    if (allowed_.count() != 0) deadline_ = now + allowed_;
  }

  void poll_began(time_point now) noexcept { began_ = now; }

  /// `fraction`: uniform in [0, 1), for the jitter. `changed`: whether the poll found news.
  void poll_ended(time_point now, bool changed, double fraction) noexcept {
    if (changed) changed_at_ = now;
    over_ = idle_.count() != 0 && now - changed_at_ >= idle_;
    auto const scale = 1 + jitter_ * (2 * fraction - 1);
    auto const pause = std::chrono::duration_cast<std::chrono::milliseconds>(interval_ * scale);
    due_ = std::max(began_ + pause, now + interval_ / 4);
    // The poll that decides whether it is idle comes in time.
    if (idle_.count() != 0) due_ = std::min(due_, std::max(now, changed_at_ + idle_));
  }

  /// When the next poll is due.
  time_point due() const noexcept { return due_; }

  /// When all must have ended; the end of time without a deadline.
  time_point deadline() const noexcept { return deadline_; }

  /// Why it is over, if it is.
  std::optional<follow_end> over(time_point now) const noexcept {
    if (now >= deadline_) return follow_end::deadline;
    if (over_) return follow_end::idle;
    return std::nullopt;
  }

 private:
  std::chrono::milliseconds interval_;
  double jitter_;
  std::chrono::milliseconds idle_;
  std::chrono::milliseconds allowed_;
  bool started_ = false;
  bool over_ = false;
  time_point began_;
  time_point due_;
  time_point changed_at_;
  time_point deadline_ = time_point::max();
};

}  // namespace simruns
