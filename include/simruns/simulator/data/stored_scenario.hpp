#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace simruns::simulator {

/// A scenario as the Simulator keeps it: the JSON text that it serves, and the values that lists of
/// scenarios are sorted and searched by. A text is empty where the scenario does not have it.
struct stored_scenario {
  std::string json;            ///< The whole JSON object, without `nextScheduledRun`.
  std::string scheduled_json;  ///< The same with `nextScheduledRun`. Empty: there is none.
  std::string id;              ///< `id`
  std::string project;         ///< `projectReference`
  std::string reference;       ///< `referenceId`, which runs call `simulationReference`.
  std::string name;            ///< `name`
  std::string created_by;      ///< `createdBy`
  std::size_t number = 0;      ///< The scenarios of the data set that stand before it.
  std::optional<std::int64_t> created_at;    ///< `createdAt`
  std::optional<std::int64_t> last_changed;  ///< `lastChanged`
};

/// Makes a stored scenario of the JSON text of one, and keeps that text as it is. One that does not
/// name its project is of `project`. Throws: std::invalid_argument for what is no object, and for
/// a scenario without a reference or a project.
stored_scenario parse_scenario(std::string json, std::string const& project = {});

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/data/impl/stored_scenario.ipp"
#endif
