#pragma once

#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/data/stored_scenario.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace simruns::simulator::detail {

/// What is known of a scenario beside its runs.
struct scenario_texts {
  std::string name;
  std::string persona;
  std::string persona_name;
  std::string mission;
  std::optional<std::int64_t> created_at;  ///< None: the `createdAt` of its first run.
  std::string next_run;                    ///< `nextScheduledRun`. Empty: there is none.
};

/// Makes a scenario of its first run, whose criteria and references it has.
stored_scenario describe_scenario(stored_run const& first, scenario_texts const& texts);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/data/impl/describe_scenario.ipp"
#endif
