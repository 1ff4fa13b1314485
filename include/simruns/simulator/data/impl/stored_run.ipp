#pragma once

#include "simruns/config.hpp"
#include "simruns/json/object_members.hpp"
#include "simruns/simulator/data/detail/read_members.hpp"
#include "simruns/simulator/data/stored_run.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator {

namespace detail {

/// Whether a member of `metrics` says how a run went, by which a page has no pending run of it.
inline bool says_something(std::string_view name, std::string_view value) {
  if (name == "status" || name == "sentiment" || name == "summary") return value.starts_with('"');
  if (name == "isBatchStopped" || name == "isConversationEnded") return value == "true";
  if (name == "success") return value == "true" || value == "false";
  if (name == "successRate" || name == "errorInfo") return value.starts_with('{');
  if (name != "results") return true;
  return value.starts_with('[') && value.find_first_not_of(" \t\r\n", 1) != value.size() - 1;
}

/// Puts the members of `metrics` in their places. Of two such objects the last one counts.
inline void take_metrics(stored_run& run, std::string_view json) {
  run.status.clear();
  run.sentiment.clear();
  run.success.reset();
  run.pending = true;
  run.stopped = false;
  simruns::detail::text_reader texts;
  for (simruns::detail::object_members m{json}; m.next();) {
    auto const name = texts.read(m.key());
    if (name == "status") run.status = text_of(texts, m.value());
    if (name == "sentiment") run.sentiment = text_of(texts, m.value());
    if (name == "isBatchStopped") run.stopped = m.value() == "true";
    if (says_something(name, m.value())) run.pending = false;
    if (name != "success") continue;
    run.success.reset();
    if (m.value() == "true" || m.value() == "false") run.success = m.value() == "true";
  }
}

/// Texts are read as those of a page are, so a run has the same id and the same batch here as
/// there.
inline void take_members(stored_run& run, std::string_view json) {
  std::array<text_member, 7> const to_texts{{{"projectReference", &run.key.project},
                                             {"simulationReference", &run.key.scenario},
                                             {"simulationRunBatchReference", &run.key.batch},
                                             {"createdBy", &run.created_by},
                                             {"endPointType", &run.end_point_type},
                                             {"largeLanguageModelReferenceId", &run.model},
                                             {"expiresAt", &run.expires_at}}};
  std::array<number_member, 5> const to_numbers{{{"sequence", &run.sequence},
                                                 {"createdAt", &run.created_at},
                                                 {"duration", &run.duration},
                                                 {"totalTurns", &run.total_turns},
                                                 {"maxTurns", &run.max_turns}}};
  run.pending = true;
  std::optional<std::string> id;
  simruns::detail::text_reader texts;
  for (simruns::detail::object_members m{json}; m.next();) {
    auto const name = texts.read(m.key());
    take_member(texts, name, m.value(), to_texts, to_numbers);
    if (name == "id") id = texts.read(m.value());
    if (name == "_id") run.id = text_of(texts, m.value());
    if (name == "metrics") take_metrics(run, m.value());
  }
  if (id) run.id = *std::move(id);
}

}  // namespace detail

SIMRUNS_INLINE stored_run parse_run(std::string json, batch_key const& read_from) {
  detail::require_object(json);
  stored_run run;
  detail::take_members(run, json);
  detail::require_reference(run.key.project, read_from.project, "projectReference");
  detail::require_reference(run.key.scenario, read_from.scenario, "simulationReference");
  detail::require_reference(run.key.batch, read_from.batch, "simulationRunBatchReference");
  run.json = std::move(json);
  return run;
}

}  // namespace simruns::simulator
