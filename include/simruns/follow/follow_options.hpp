#pragma once

#include "simruns/error.hpp"
#include "simruns/page/run.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace simruns {

/// What ended the following of a batch.
enum class follow_end {
  none,      ///< Nothing yet.
  count,     ///< As many runs as `until_count` settled or were lost.
  until,     ///< The predicate `until` was true for a run.
  idle,      ///< Nothing changed for as long as `idle`.
  deadline,  ///< `deadline` passed.
};

constexpr std::string_view to_string(follow_end end) noexcept {
  switch (end) {
    case follow_end::none:
      return "none";
    case follow_end::count:
      return "count";
    case follow_end::until:
      return "until";
    case follow_end::idle:
      return "idle";
    case follow_end::deadline:
      return "deadline";
  }
  return "none";
}

/// A run that was pending when it was last seen, and is there no more.
struct lost_run {
  std::string id;
  std::optional<std::int64_t> sequence;
  std::optional<time_point> expires_at;  ///< As it said itself.
  std::uint64_t last_poll = 0;           ///< The poll that saw it last, counted from 1.
  std::uint64_t lost_poll = 0;           ///< The poll that missed it.

  lost_run() = default;
  friend bool operator==(lost_run const&, lost_run const&) = default;
};

/// Why it is lost: `pending in poll 3, gone in poll 4, before it settled`.
inline std::string why_lost(lost_run const& lost) {
  return "pending in poll " + std::to_string(lost.last_poll) + ", gone in poll " +
         std::to_string(lost.lost_poll) + ", before it settled";
}

/// How far the following of a batch has come. A snapshot.
struct follow_status {
  std::int64_t seen = 0;     ///< Runs that were there in any poll: the next three together.
  std::int64_t settled = 0;  ///< Yielded, or in the page in hand.
  std::int64_t pending = 0;
  std::int64_t lost = 0;     ///< Gone before they settled.
  std::int64_t unnamed = 0;  ///< Runs without an id, which cannot be followed; of one poll.
  std::optional<std::int64_t> total;  ///< As the server says, of the latest page.
  std::uint64_t polls = 0;            ///< Begun.
  std::uint64_t pages = 0;            ///< Of all polls.
  std::uint64_t requests = 0;         ///< Attempts, retries among them.
  follow_end ended = follow_end::none;
};

/// One line for people: `480 settled, 12 pending, 8 lost, of 500 runs seen; 31 polls, 97 requests`.
inline std::string to_string(follow_status const& s) {
  std::string out = std::to_string(s.settled) + " settled, " + std::to_string(s.pending) +
                    " pending, " + std::to_string(s.lost) + " lost, of " + std::to_string(s.seen) +
                    (s.seen == 1 ? " run seen; " : " runs seen; ");
  if (s.unnamed != 0) out += std::to_string(s.unnamed) + " without an id; ";
  out += std::to_string(s.polls) + (s.polls == 1 ? " poll, " : " polls, ");
  out += std::to_string(s.requests) + (s.requests == 1 ? " request" : " requests");
  if (s.ended != follow_end::none) out += "; ended by " + std::string(to_string(s.ended));
  return out;
}

/// How often to look at a live batch, and until when. The first end that comes is the end. Every
/// setter checks its argument and throws `request_error` (`errc::invalid_argument`).
///
///     simruns::follow_options until_done;
///     until_done.until_count(500).deadline(std::chrono::hours(1));
class follow_options {
 public:
  using milliseconds = std::chrono::milliseconds;

  /// From the start of a poll to the start of the next, but a quarter of it after the end of one.
  /// Zero: at once. Default 5 s.
  follow_options& poll_interval(milliseconds time) {
    poll_interval_ = checked("poll_interval", time);
    return *this;
  }

  /// By how much of itself each interval is longer or shorter, drawn anew, 0 to 1. Default 0.2.
  follow_options& jitter(double part) {
    if (!(part >= 0 && part <= 1)) {
      throw request_error(errc::invalid_argument, "jitter is not between 0 and 1; give, say, 0.2");
    }
    jitter_ = part;
    return *this;
  }

  /// Ends when so many runs have settled or are lost, 1 or more. Default: none.
  follow_options& until_count(std::int64_t runs) {
    if (runs < 1) {
      throw request_error(errc::invalid_argument,
                          "until_count is " + std::to_string(runs) + "; give 1 or more");
    }
    until_count_ = runs;
    return *this;
  }

  /// Ends behind the first run for which it is true. Called on the client's strand, in the order of
  /// yielding. Default: none.
  follow_options& until(std::function<bool(run const&)> predicate) {
    until_ = std::move(predicate);
    return *this;
  }

  /// Ends at a poll that finds nothing changed for so long: no new run, none settled, none lost.
  /// Zero: never. Default zero.
  follow_options& idle(milliseconds time) {
    idle_ = checked("idle", time);
    return *this;
  }

  /// Ends so long after the first run was asked for; a poll under way is cut off. Zero: never.
  /// Default zero.
  follow_options& deadline(milliseconds time) {
    deadline_ = checked("deadline", time);
    return *this;
  }

  /// Told of each poll that is over, on the client's strand: must not block, nor throw.
  follow_options& on_poll(std::function<void(follow_status const&)> told) {
    on_poll_ = std::move(told);
    return *this;
  }

  milliseconds poll_interval() const noexcept { return poll_interval_; }
  double jitter() const noexcept { return jitter_; }
  std::optional<std::int64_t> until_count() const noexcept { return until_count_; }
  std::function<bool(run const&)> const& until() const noexcept { return until_; }
  milliseconds idle() const noexcept { return idle_; }
  milliseconds deadline() const noexcept { return deadline_; }
  std::function<void(follow_status const&)> const& on_poll() const noexcept { return on_poll_; }

 private:
  /// A bound far from the ends of the clock, so that sums of times do not overflow.
  static milliseconds checked(std::string_view name, milliseconds time) {
    static constexpr milliseconds longest = std::chrono::hours(24 * 365 * 30);
    if (time >= milliseconds::zero() && time <= longest) return time;
    throw request_error(errc::invalid_argument,
                        std::string(name) + " is negative or over 30 years; give a time");
  }

  milliseconds poll_interval_{5000};
  double jitter_ = 0.2;
  std::optional<std::int64_t> until_count_;
  std::function<bool(run const&)> until_;
  milliseconds idle_{0};
  milliseconds deadline_{0};
  std::function<void(follow_status const&)> on_poll_;
};

}  // namespace simruns
