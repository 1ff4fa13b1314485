#pragma once

#include "simruns/config.hpp"
#include "simruns/follow/follow_status.hpp"
#include "simruns/fwd.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

namespace simruns {

/// How often to look at a live batch, and until when. The first end that comes is the end. Every
/// setter checks its argument and throws `request_error` (`errc::invalid_argument`).
///
///     simruns::follow_options until_done;
///     until_done.until_count(500).deadline(std::chrono::hours(1));
class follow_options {
 public:
  using milliseconds = std::chrono::milliseconds;

  /// Time from the start of a poll to the start of the next. The next starts no sooner than a
  /// quarter of this time after the end of the poll. Zero: at once. Default 5 s.
  follow_options& poll_interval(milliseconds time);

  /// By how much of itself each interval is longer or shorter, drawn anew each time, from 0 to 1.
  /// Default 0.2.
  follow_options& jitter(double part);

  /// Ends when this many runs, 1 or more, have settled or are lost. Default: none.
  follow_options& until_count(std::int64_t runs);

  /// Ends behind the first run for which the predicate is true. It is called on the client's
  /// strand, in the order of yielding. Default: none.
  follow_options& until(std::function<bool(run const&)> predicate);

  /// Whether it ends when the batch says of itself that no more runs come, and every run that is
  /// there has settled. Each poll then asks for the batch besides, by one request. It is asked no
  /// more where the server refuses it (401, 403), or has no such endpoint (404). Default true.
  follow_options& until_batch_ends(bool on) noexcept {
    until_batch_ends_ = on;
    return *this;
  }

  /// Ends at a poll before which nothing changed for this long: no run was new, settled or was
  /// lost. Zero: never. Default zero.
  follow_options& idle(milliseconds time);

  /// Ends this long after the first run was asked for. A poll under way is cut off. Zero: never.
  /// Default zero.
  follow_options& deadline(milliseconds time);

  /// Is told of each poll that is over. It is called on the client's strand, and must neither block
  /// nor throw. Default: none.
  follow_options& on_poll(std::function<void(follow_status const&)> told);

  milliseconds poll_interval() const noexcept { return poll_interval_; }
  double jitter() const noexcept { return jitter_; }
  std::optional<std::int64_t> until_count() const noexcept { return until_count_; }
  std::function<bool(run const&)> const& until() const noexcept { return until_; }
  bool until_batch_ends() const noexcept { return until_batch_ends_; }
  milliseconds idle() const noexcept { return idle_; }
  milliseconds deadline() const noexcept { return deadline_; }
  std::function<void(follow_status const&)> const& on_poll() const noexcept { return on_poll_; }

 private:
  milliseconds poll_interval_{5000};
  double jitter_ = 0.2;
  std::optional<std::int64_t> until_count_;
  std::function<bool(run const&)> until_;
  bool until_batch_ends_ = true;
  milliseconds idle_{0};
  milliseconds deadline_{0};
  std::function<void(follow_status const&)> on_poll_;
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/follow/impl/follow_options.ipp"
#endif
