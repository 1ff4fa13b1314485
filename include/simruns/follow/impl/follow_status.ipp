#pragma once

#include "simruns/config.hpp"
#include "simruns/follow/follow_status.hpp"

namespace simruns {

SIMRUNS_INLINE std::string why_lost(lost_run const& lost) {
  return "pending in poll " + std::to_string(lost.last_poll) + ", gone in poll " +
         std::to_string(lost.lost_poll) + ", before it settled";
}

SIMRUNS_INLINE std::string to_string(follow_status const& s) {
  std::string out = std::to_string(s.settled) + " settled";
  if (s.ordered) out += " of " + std::to_string(*s.ordered) + " ordered";
  out += ", " + std::to_string(s.pending) + " pending, " + std::to_string(s.lost) + " lost, of " +
         std::to_string(s.seen) + (s.seen == 1 ? " run seen; " : " runs seen; ");
  if (s.unnamed != 0) out += std::to_string(s.unnamed) + " without an id; ";
  out += std::to_string(s.polls) + (s.polls == 1 ? " poll, " : " polls, ");
  out += std::to_string(s.requests) + (s.requests == 1 ? " request" : " requests");
  if (s.ended != follow_end::none) out += "; ended by " + std::string(to_string(s.ended));
  return out;
}

}  // namespace simruns
