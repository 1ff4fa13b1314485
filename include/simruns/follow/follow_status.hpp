#pragma once

#include "simruns/config.hpp"
#include "simruns/page/run.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simruns {

/// What ended the following of a batch.
enum class follow_end {
  none,      ///< Nothing has ended it yet.
  finished,  ///< The batch says that no more runs come, and all that are there have settled.
  count,     ///< As many runs as `until_count` settled or were lost.
  until,     ///< The predicate `until` was true for a run.
  idle,      ///< Nothing changed for as long as `idle`.
  deadline,  ///< The time of `deadline` passed.
};

constexpr std::string_view to_string(follow_end end) noexcept {
  switch (end) {
    case follow_end::none:
      return "none";
    case follow_end::finished:
      return "finished";
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
  std::optional<time_point> expires_at;  ///< When the run itself said that it would expire.
  std::uint64_t last_poll = 0;           ///< The poll that saw it last, counted from 1.
  std::uint64_t lost_poll = 0;           ///< The poll that missed it.

  lost_run() = default;
  friend bool operator==(lost_run const&, lost_run const&) = default;
};

/// Why it is lost: `pending in poll 3, gone in poll 4, before it settled`.
std::string why_lost(lost_run const& lost);

/// How far the following of a batch has come. A snapshot.
struct follow_status {
  std::int64_t seen = 0;     ///< Runs that any poll saw: `settled`, `pending` and `lost` together.
  std::int64_t settled = 0;  ///< Runs that were yielded, or are in the page in hand.
  std::int64_t pending = 0;
  std::int64_t lost = 0;              ///< Runs that were gone before they settled.
  std::int64_t unnamed = 0;           ///< Runs of one poll without an id, which cannot be followed.
  std::optional<std::int64_t> total;  ///< The `total` of the latest page.
  std::optional<std::int64_t> ordered;  ///< Runs that the batch says were ordered.
  std::uint64_t polls = 0;              ///< Polls that were begun.
  std::uint64_t pages = 0;              ///< Pages of all polls.
  std::uint64_t requests = 0;           ///< Attempts that were sent, retries included.
  follow_end ended = follow_end::none;
};

/// One line for people: `480 settled of 500 ordered, 12 pending, 8 lost, of 500 runs seen; 31
/// polls, 97 requests`.
std::string to_string(follow_status const& s);

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/follow/impl/follow_status.ipp"
#endif
