#pragma once

#include "simruns/config.hpp"
#include "simruns/json/object_members.hpp"
#include "simruns/simulator/data/detail/derived_id.hpp"
#include "simruns/simulator/data/detail/edit_json.hpp"
#include "simruns/simulator/data/detail/read_members.hpp"
#include "simruns/simulator/data/stored_scenario.hpp"

#include <array>
#include <string>
#include <utility>

namespace simruns::simulator {

SIMRUNS_INLINE stored_scenario parse_scenario(std::string json, std::string const& project) {
  detail::require_object(json, "scenario");
  stored_scenario made;
  std::array<detail::text_member, 5> const to_texts{{{"id", &made.id},
                                                     {"referenceId", &made.reference},
                                                     {"projectReference", &made.project},
                                                     {"name", &made.name},
                                                     {"createdBy", &made.created_by}}};
  std::array<detail::number_member, 2> const to_numbers{
      {{"createdAt", &made.created_at}, {"lastChanged", &made.last_changed}}};
  bool scheduled = false;
  simruns::detail::text_reader texts;
  for (simruns::detail::object_members m{json}; m.next();) {
    auto const name = texts.read(m.key());
    detail::take_member(texts, name, m.value(), to_texts, to_numbers);
    if (name == "nextScheduledRun") scheduled = m.value() != "null";
  }
  detail::require_reference(made.reference, {}, "referenceId", "scenario");
  detail::require_reference(made.project, project, "projectReference", "scenario");
  if (made.id.empty()) made.id = detail::derived_id({made.project, made.reference, {}});
  if (scheduled) {
    made.scheduled_json = json;
    detail::erase_json(json, "nextScheduledRun");
  }
  made.json = std::move(json);
  return made;
}

}  // namespace simruns::simulator
