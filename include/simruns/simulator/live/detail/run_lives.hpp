#pragma once

#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/live/schedule.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace simruns::simulator::detail {

/// The least `createdAt` of the runs of a batch, in milliseconds since 1970. None: no run has one.
std::optional<std::int64_t> first_created_at(std::vector<stored_run const*> const& runs);

/// The lives of the runs of a batch, in their order.
std::vector<run_life> lives_of(std::vector<stored_run const*> const& runs, schedule const& told);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/live/impl/run_lives.ipp"
#endif
