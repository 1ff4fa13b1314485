#pragma once

#include "simruns/config.hpp"
#include "simruns/page/detail/item_reader.hpp"
#include "simruns/page/scenario.hpp"

#include <array>

namespace simruns {

namespace detail {

inline constexpr std::array scenario_members{
    item_member<scenario>{"id", &scenario::id, item_kind::text, true},
    item_member<scenario>{"referenceId", &scenario::reference, item_kind::text, true},
    item_member<scenario>{"name", &scenario::name, item_kind::text, true},
    item_member<scenario>{"persona", &scenario::persona, item_kind::text, true},
    item_member<scenario>{"personaName", &scenario::persona_name, item_kind::text, true},
    item_member<scenario>{"mission", &scenario::mission, item_kind::text, true},
    item_member<scenario>{"successCriteria", &scenario::success_criteria, item_kind::array, true},
    item_member<scenario>{"organisationReference", &scenario::organisation, item_kind::text, true},
    item_member<scenario>{"projectReference", &scenario::project, item_kind::text, true},
    item_member<scenario>{"createdAt", &scenario::created_at, item_kind::time, true},
    item_member<scenario>{"createdBy", &scenario::created_by, item_kind::text, true},
    item_member<scenario>{"lastChanged", &scenario::last_changed, item_kind::time},
    item_member<scenario>{"lastChangedBy", &scenario::last_changed_by},
    item_member<scenario>{"updatedAt", &scenario::updated_at, item_kind::time},
    item_member<scenario>{"updatedBy", &scenario::updated_by},
    item_member<scenario>{"maxTurns", &scenario::max_turns, item_kind::integer},
    item_member<scenario>{"timeout", &scenario::timeout, item_kind::integer},
    item_member<scenario>{"aiAgentReferenceId", &scenario::ai_agent_reference},
    item_member<scenario>{"aiAgentId", &scenario::ai_agent},
    item_member<scenario>{"flowReferenceId", &scenario::flow_reference},
    item_member<scenario>{"flowId", &scenario::flow},
    item_member<scenario>{"jobNodeId", &scenario::job_node},
    item_member<scenario>{"nextScheduledRun", &scenario::next_scheduled_run, item_kind::date_time},
};

}  // namespace detail

SIMRUNS_INLINE scenario scenario::from_json(std::string_view json) {
  return detail::read_item<scenario>(json, detail::scenario_members);
}

}  // namespace simruns
