#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simruns {

/// Whether a walk got every run of its batch.
enum class walk_verdict {
  complete,    ///< The end was reached, and as many runs came as an unmoved `total` counts.
  unverified,  ///< The end, or `max_runs`, was reached; nothing proves that it was all.
  incomplete,  ///< The end was not reached, or fewer runs came than an unmoved `total` counts.
};

constexpr std::string_view to_string(walk_verdict v) noexcept {
  switch (v) {
    case walk_verdict::complete:
      return "complete";
    case walk_verdict::unverified:
      return "unverified";
    case walk_verdict::incomplete:
      return "incomplete";
  }
  return "incomplete";
}

/// What a walk got, of what the server said there is. A snapshot.
struct completeness {
  std::int64_t received = 0;                ///< Runs, each counted once.
  std::int64_t duplicates = 0;              ///< Runs that came again, and were dropped.
  std::optional<std::int64_t> total_first;  ///< `total` of the first page.
  std::optional<std::int64_t> total_last;   ///< `total` of the latest page.
  std::uint64_t pages = 0;
  std::uint64_t requests = 0;  ///< Attempts, retries among them.
  bool reached_end = false;    ///< The server said that there is no further page.
  bool partial = false;        ///< Started past the first run, by `skip` or `start_at`.
  bool limited = false;        ///< Ended by `max_runs`, before the end.
  bool guessed = false;        ///< The server gave no cursor where one was due.

  walk_verdict verdict() const noexcept {
    if (limited) return walk_verdict::unverified;
    if (!reached_end) return walk_verdict::incomplete;
    bool const unmoved = total_first.has_value() && total_first == total_last;
    if (partial || guessed || !unmoved) return walk_verdict::unverified;
    if (received < *total_last) return walk_verdict::incomplete;
    return received == *total_last ? walk_verdict::complete : walk_verdict::unverified;
  }
};

/// One line for people: `200 of 200 runs, complete, no duplicate, 2 requests`.
inline std::string to_string(completeness const& c) {
  std::string out = std::to_string(c.received) + " of ";
  out += c.total_last ? std::to_string(*c.total_last) : "an unknown number of";
  out += " runs, " + std::string(to_string(c.verdict()));
  if (c.limited) {
    out += " (stopped at max_runs=" + std::to_string(c.received) + ")";
  } else if (!c.reached_end) {
    out += " (the end was not reached)";
  } else if (c.received == 0 && c.total_last == 0) {
    out += " (no runs: are the references right?)";
  }
  if (c.total_first != c.total_last) out += ", the total moved";
  out += c.duplicates == 0 ? ", no duplicate"
                           : ", " + std::to_string(c.duplicates) + " duplicates dropped";
  return out + ", " + std::to_string(c.requests) + (c.requests == 1 ? " request" : " requests");
}

}  // namespace simruns
