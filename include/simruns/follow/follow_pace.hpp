#pragma once

#include "simruns/config.hpp"
#include "simruns/follow/follow_options.hpp"

#include <chrono>
#include <optional>

namespace simruns {

/// Decides when the next poll of a live batch is due, and when its time is up. It is told the time,
/// and has no clock of its own.
class follow_pace {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit follow_pace(follow_options const& options)
      : interval_(options.poll_interval()),
        jitter_(options.jitter()),
        idle_(options.idle()),
        allowed_(options.deadline()) {}

  /// Takes that the first run is asked for: the deadline counts from here. Later calls change
  /// nothing.
  void start(time_point now) noexcept;

  void poll_began(time_point now) noexcept { began_ = now; }

  /// `changed` says whether the poll found news. `fraction` is uniform in [0, 1), for the jitter.
  void poll_ended(time_point now, bool changed, double fraction) noexcept;

  /// When the next poll is due.
  time_point due() const noexcept { return due_; }

  /// When all must have ended. Without a deadline it is the end of time.
  time_point deadline() const noexcept { return deadline_; }

  /// Why following is over. Empty if it is not.
  std::optional<follow_end> over(time_point now) const noexcept;

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

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/follow/impl/follow_pace.ipp"
#endif
