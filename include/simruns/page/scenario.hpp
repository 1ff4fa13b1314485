#pragma once

#include "simruns/config.hpp"
#include "simruns/page/item_notes.hpp"
#include "simruns/page/maybe.hpp"
#include "simruns/page/run.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace simruns {

/// What is simulated: a customer with a mission, and what makes a conversation a success. It owns
/// its texts.
struct scenario : item_notes {
  maybe<std::string> id;
  maybe<std::string> reference;  ///< What queries and runs name the scenario by.
  maybe<std::string> name;
  maybe<std::string> persona;  ///< Who the simulated customer is.
  maybe<std::string> persona_name;
  maybe<std::string> mission;           ///< What the simulated customer wants.
  maybe<std::string> success_criteria;  ///< An array as its JSON text, as it came.
  maybe<std::string> organisation;
  maybe<std::string> project;
  maybe<time_point> created_at;
  maybe<std::string> created_by;
  maybe<time_point> last_changed;
  maybe<std::string> last_changed_by;
  maybe<time_point> updated_at;
  maybe<std::string> updated_by;
  maybe<std::int64_t> max_turns;
  maybe<std::int64_t> timeout;
  maybe<std::string> ai_agent_reference;
  maybe<std::string> ai_agent;
  maybe<std::string> flow_reference;
  maybe<std::string> flow;
  maybe<std::string> job_node;
  maybe<time_point> next_scheduled_run;

  /// Reads a scenario from its JSON text. What is odd about it is in `issues`.
  static scenario from_json(std::string_view json);
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/page/impl/scenario.ipp"
#endif
