#pragma once

#include "simruns/config.hpp"
#include "simruns/json/object_members.hpp"
#include "simruns/simulator/data/detail/derived_id.hpp"
#include "simruns/simulator/data/detail/read_members.hpp"
#include "simruns/simulator/data/stored_batch.hpp"
#include "simruns/simulator/data/stored_run.hpp"

#include <array>
#include <string>
#include <utility>

namespace simruns::simulator {

SIMRUNS_INLINE stored_batch parse_batch(std::string json, batch_key const& of) {
  detail::require_object(json, "batch");
  stored_batch made;
  std::array<detail::text_member, 6> const to_texts{{{"id", &made.id},
                                                     {"referenceId", &made.key.batch},
                                                     {"simulationReference", &made.key.scenario},
                                                     {"projectReference", &made.key.project},
                                                     {"name", &made.name},
                                                     {"status", &made.status}}};
  std::array<detail::number_member, 6> const to_numbers{{{"runs", &made.runs},
                                                         {"completedRuns", &made.completed_runs},
                                                         {"failedRuns", &made.failed_runs},
                                                         {"createdAt", &made.created_at},
                                                         {"startedAt", &made.started_at},
                                                         {"completedAt", &made.completed_at}}};
  simruns::detail::text_reader texts;
  for (simruns::detail::object_members m{json}; m.next();) {
    detail::take_member(texts, texts.read(m.key()), m.value(), to_texts, to_numbers);
  }
  detail::require_reference(made.key.batch, {}, "referenceId", "batch");
  detail::require_reference(made.key.scenario, of.scenario, "simulationReference", "batch");
  if (made.key.project.empty()) made.key.project = of.project;
  if (made.id.empty()) made.id = detail::derived_id(made.key);
  made.json = std::move(json);
  return made;
}

}  // namespace simruns::simulator
