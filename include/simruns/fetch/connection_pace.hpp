#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace simruns::detail {

/// How many pages a client asks for at a time: one more for each so many that came well, half as
/// many when the server says that it is too much or does not answer in time (additive increase,
/// multiplicative decrease; Chiu and Jain 1989, "Analysis of the increase and decrease algorithms
/// for congestion avoidance in computer networks").
class connection_pace {
 public:
  /// `most`: where it starts, and what it never passes.
  explicit connection_pace(std::size_t most) : most_(static_cast<double>(most)), level_(most_) {}

  /// 1 or more.
  std::size_t level() const noexcept { return static_cast<std::size_t>(level_); }

  /// Which slowing down was the last, when a request is sent.
  std::uint64_t era() const noexcept { return era_; }

  void went_well() noexcept { level_ = std::min(most_, level_ + 1 / level_); }

  /// A request sent in `era` was too much. What was sent before the last slowing down says nothing
  /// of the pace since.
  void too_much(std::uint64_t era) noexcept {
    if (era != era_) return;
    level_ = std::max(1.0, level_ / 2);
    ++era_;
  }

 private:
  double most_;
  double level_;
  std::uint64_t era_ = 0;
};

}  // namespace simruns::detail
