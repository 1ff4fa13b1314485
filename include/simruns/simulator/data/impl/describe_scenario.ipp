#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/detail/append_member.hpp"
#include "simruns/simulator/data/detail/derived_id.hpp"
#include "simruns/simulator/data/detail/describe_scenario.hpp"
#include "simruns/simulator/data/detail/edit_json.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/data/stored_scenario.hpp"

#include <string>
#include <string_view>

namespace simruns::simulator::detail {

/// The member of a run if it begins with `first`, as an array does with a bracket; else `instead`.
inline std::string_view member_of(stored_run const& run, std::string_view name, char first,
                                  std::string_view instead) {
  auto const found = json_at(run.json, name);
  return found && found->starts_with(first) ? *found : instead;
}

SIMRUNS_INLINE stored_scenario describe_scenario(stored_run const& first,
                                                 scenario_texts const& texts) {
  auto const created_at = texts.created_at ? texts.created_at : first.created_at;
  std::string json = "{\"id\":\"" + derived_id({first.key.project, first.key.scenario, {}}) + "\"";
  append_member(json, "referenceId", first.key.scenario);
  append_member(json, "name", texts.name);
  append_member(json, "persona", texts.persona);
  append_member(json, "personaName", texts.persona_name);
  append_member(json, "mission", texts.mission);
  json.append(",\"successCriteria\":").append(member_of(first, "successCriteria", '[', "[]"));
  json.append(",\"organisationReference\":")
      .append(member_of(first, "organisationReference", '"', "\"\""));
  append_member(json, "projectReference", first.key.project);
  if (created_at) append_member(json, "createdAt", *created_at);
  append_member(json, "createdBy", first.created_by);
  if (first.max_turns) append_member(json, "maxTurns", *first.max_turns);
  if (!texts.next_run.empty()) append_member(json, "nextScheduledRun", texts.next_run);
  return parse_scenario(json + "}");
}

}  // namespace simruns::simulator::detail
