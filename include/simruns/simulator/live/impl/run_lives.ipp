#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/live/detail/run_lives.hpp"
#include "simruns/simulator/live/schedule.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace simruns::simulator::detail {

SIMRUNS_INLINE std::optional<std::int64_t> first_created_at(
    std::vector<stored_run const*> const& runs) {
  std::optional<std::int64_t> first;
  for (auto const* run : runs) {
    if (!run->created_at) continue;
    auto const at = schedule::created_at(*run);
    first = std::min(first.value_or(at), at);
  }
  return first;
}

SIMRUNS_INLINE std::vector<run_life> lives_of(std::vector<stored_run const*> const& runs,
                                              schedule const& told) {
  auto const first = first_created_at(runs);
  std::vector<run_life> lives;
  lives.reserve(runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) lives.push_back(told.life_of(*runs[i], i, first));
  return lives;
}

}  // namespace simruns::simulator::detail
