#pragma once

#include "simruns/config.hpp"
#include "simruns/walk/completeness.hpp"
#include "simruns/walk/detail/sequence_set.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace simruns {

namespace detail {

/// What a person would ask about a walk that had nothing.
SIMRUNS_INLINE std::string remark_on_none(completeness const& c) {
  if (c.witness && c.witness->counts_none()) return " (the batch counts none)";
  if (c.filtered) return " (no " + std::string(plural_of(c.of)) + ": does the filter fit?)";
  if (c.witness && c.witness->present) return " (no runs)";
  if (c.witness && c.witness->not_found) {
    return " (no such batch, or a server without this endpoint: are the references right?)";
  }
  return " (no " + std::string(plural_of(c.of)) + ": are the references right?)";
}

SIMRUNS_INLINE std::string witness_text(completeness const& c) {
  if (!c.witness) return {};
  auto const& said = *c.witness;
  if (!said.present) return ", no witness (" + said.absence + ")";
  if (said.settled) return ", the batch counts " + std::to_string(*said.settled);
  if (said.runs) return ", " + std::to_string(*said.runs) + " were ordered";
  return ", the batch does not count its runs";
}

/// What a person would ask about the verdict.
SIMRUNS_INLINE std::string remark_on(completeness const& c) {
  auto const items = std::string(plural_of(c.of));
  if (c.limited) return " (stopped at max_" + items + "=" + std::to_string(c.received) + ")";
  if (!c.reached_end) return " (the end was not reached)";
  if (c.witness && c.witness->running()) return " (still running)";
  if (auto const fewer = c.fewer_than_counted(); fewer > 0) {
    return " (" + std::to_string(fewer) + " fewer than the batch counts; expired?)";
  }
  if (c.empty()) return remark_on_none(c);
  if (c.waiting != 0) return " (" + std::to_string(c.waiting) + " not taken yet)";
  return {};
}

SIMRUNS_INLINE std::string dropped_text(completeness const& c) {
  if (c.dropped() <= 0) return {};
  auto const one = c.dropped() == 1;
  return ", " + std::to_string(c.dropped()) + " " +
         std::string(one ? noun_of(c.of) : plural_of(c.of)) + (one ? " was" : " were") +
         " taken and not handed on";
}

SIMRUNS_INLINE std::string sequence_text(completeness const& c) {
  if (!c.missing || c.highest_sequence == 0) return {};
  auto const range = ", sequence 1-" + std::to_string(c.highest_sequence);
  return range + (*c.missing == 0 ? ", no gap" : " without " + missing_text(c));
}

}  // namespace detail

SIMRUNS_INLINE void completeness::number(std::span<std::int64_t const> sequences) {
  detail::sequence_set numbers;
  for (auto const one : sequences) numbers.insert(one);
  detail::describe_gaps(*this, numbers);
}

SIMRUNS_INLINE walk_verdict completeness::verdict() const noexcept {
  auto const alone = walk_verdict_alone();
  if (!witness || alone == walk_verdict::incomplete) return alone;
  if (witness->running() || fewer_than_counted() > 0) return walk_verdict::unverified;
  bool const proven_empty = empty() && total_last && !total_moved && !limited && !partial &&
                            !guessed && witness->counts_none();
  return proven_empty ? walk_verdict::complete : alone;
}

SIMRUNS_INLINE std::int64_t completeness::fewer_than_counted() const noexcept {
  if (!witness || !witness->settled || filtered || partial || limited || !reached_end) return 0;
  return std::max<std::int64_t>(0, *witness->settled - received - bad);
}

SIMRUNS_INLINE walk_verdict completeness::walk_verdict_alone() const noexcept {
  if (limited) return walk_verdict::unverified;
  if (!reached_end) return walk_verdict::incomplete;
  bool const agreed = total_first.has_value() && total_first == total_last;
  if (partial || guessed || !agreed) return walk_verdict::unverified;
  if (received + bad < *total_last) return walk_verdict::incomplete;
  bool const counted = received == *total_last && received != 0 && !total_moved;
  bool const sound = unnamed == 0 && foreign == 0 && bad == 0 && missing.value_or(0) == 0;
  bool const proven = counted && sound && handed == received;
  return proven ? walk_verdict::complete : walk_verdict::unverified;
}

SIMRUNS_INLINE bool completeness::empty() const noexcept {
  bool const none_counted = total_last ? *total_last == 0 : !partial;
  return reached_end && pages != 0 && received + bad == 0 && none_counted;
}

SIMRUNS_INLINE std::string missing_text(completeness const& c) {
  static constexpr std::size_t shown = 5;
  std::string out;
  auto left = c.missing.value_or(0);
  for (std::size_t i = 0; i < std::min(c.gaps.size(), shown); ++i) {
    auto const& gap = c.gaps[i];
    if (i != 0) out += ", ";
    out += std::to_string(gap.first);
    if (gap.last != gap.first) out += "-" + std::to_string(gap.last);
    left -= gap.last - gap.first + 1;
  }
  return left > 0 ? out + " and " + std::to_string(left) + " more" : out;
}

SIMRUNS_INLINE std::string to_string(completeness const& c) {
  std::string out = std::to_string(c.received) + " of ";
  out += c.total_last ? std::to_string(*c.total_last) : "an unknown number of";
  if (c.filtered) out += " filtered";
  out += " " + std::string(plural_of(c.of)) + ", " + std::string(to_string(c.verdict()));
  out += detail::remark_on(c);
  out += detail::dropped_text(c);
  if (c.total_moved || c.total_first != c.total_last) out += ", the total moved";
  if (c.unnamed != 0) out += ", " + std::to_string(c.unnamed) + " without an id";
  if (c.bad != 0) out += ", " + std::to_string(c.bad) + " left out as bad";
  if (c.foreign != 0) out += ", " + std::to_string(c.foreign) + " of another batch";
  out += detail::sequence_text(c);
  out += c.duplicates == 0   ? ", no duplicate"
         : c.duplicates == 1 ? ", 1 duplicate dropped"
                             : ", " + std::to_string(c.duplicates) + " duplicates dropped";
  out += ", " + std::to_string(c.requests) + (c.requests == 1 ? " request" : " requests");
  out += detail::witness_text(c);
  if (c.walk == walk_kind::restarted) out += ", restarted by cursor: " + c.doubt;
  return out;
}

}  // namespace simruns
