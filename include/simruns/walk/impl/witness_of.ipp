#pragma once

#include "simruns/config.hpp"
#include "simruns/walk/witness_of.hpp"

#include <string>

namespace simruns {

SIMRUNS_INLINE batch_witness witness_of(result<batch_info> const& said, std::string_view batch) {
  batch_witness out;
  if (said) {
    out.requests = 1;
    out.present =
        (said->reference && *said->reference == batch) || (said->id && *said->id == batch);
    if (!out.present) out.absence = "the server tells of another batch";
    if (!out.present) return out;
    out.state = said->state();
    if (said->status) out.status = *said->status;
    if (said->runs && said->has_sound_counts()) out.runs = *said->runs;
    out.settled = said->settled_runs();
    return out;
  }
  auto const& failure = said.error();
  bool const answered = failure.status != 0 && failure.status != 200;
  out.not_found = failure.code == errc::not_found;
  out.absence =
      answered ? "HTTP " + std::to_string(failure.status) : error_code(failure.code).message();
  out.requests = failure.attempts;
  return out;
}

}  // namespace simruns
