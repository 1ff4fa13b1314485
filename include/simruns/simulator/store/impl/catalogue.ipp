#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/detail/append_member.hpp"
#include "simruns/simulator/data/detail/derived_id.hpp"
#include "simruns/simulator/data/detail/describe_scenario.hpp"
#include "simruns/simulator/data/detail/edit_json.hpp"
#include "simruns/simulator/data/stored_batch.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/data/stored_scenario.hpp"
#include "simruns/simulator/live/detail/batch_history.hpp"
#include "simruns/simulator/live/detail/run_lives.hpp"
#include "simruns/simulator/live/schedule.hpp"
#include "simruns/simulator/store/detail/catalogue.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns::simulator::detail {

/// The JSON text of a batch that is known by its runs.
inline std::string batch_json(stored_batch const& batch) {
  std::string json = "{\"id\":\"" + batch.id + "\"";
  append_member(json, "referenceId", batch.key.batch);
  append_member(json, "simulationReference", batch.key.scenario);
  append_member(json, "name", batch.name);
  append_member(json, "status", batch.status);
  append_member(json, "runs", batch.runs.value_or(0));
  append_member(json, "completedRuns", batch.completed_runs.value_or(0));
  append_member(json, "failedRuns", batch.failed_runs.value_or(0));
  if (batch.created_at) append_member(json, "createdAt", *batch.created_at);
  if (batch.started_at) append_member(json, "startedAt", *batch.started_at);
  if (batch.completed_at) append_member(json, "completedAt", *batch.completed_at);
  return json + "}";
}

/// The batch that was told of as it was before its end.
inline stored_batch unfinished(stored_batch batch, batch_progress const& now) {
  batch.status = now.status;
  batch.completed_runs = now.completed_runs;
  batch.failed_runs = now.failed_runs;
  batch.completed_at.reset();
  set_json(batch.json, "status", "\"" + batch.status + "\"");
  set_json(batch.json, "completedRuns", std::to_string(now.completed_runs));
  set_json(batch.json, "failedRuns", std::to_string(now.failed_runs));
  erase_json(batch.json, "completedAt");
  return batch;
}

SIMRUNS_INLINE stored_batch catalogue::known_batch::at(milliseconds time) const {
  auto const now = history.at(time);
  if (!told.json.empty()) {
    bool const goes_on = time < batch_history::end_of_time && now.status == "IN_PROGRESS";
    return goes_on ? unfinished(told, now) : told;
  }
  auto made = told;
  made.status = now.status;
  made.completed_runs = now.completed_runs;
  made.failed_runs = now.failed_runs;
  made.created_at = begin;
  if (begin && now.started) made.started_at = *begin + now.started->count();
  if (begin && now.completed) made.completed_at = *begin + now.completed->count();
  made.json = batch_json(made);
  return made;
}

/// The item that `reference_of` or `id_of` gives this name, which is first taken for a reference.
template <class Items, class ReferenceOf, class IdOf>
auto find_named(Items const& items, std::string_view name, ReferenceOf reference_of, IdOf id_of) ->
    typename Items::value_type const* {
  auto const is = [name](auto const& text_of) {
    return [name, &text_of](auto const& item) { return text_of(item) == name; };
  };
  auto found = std::find_if(items.begin(), items.end(), is(reference_of));
  if (found == items.end()) found = std::find_if(items.begin(), items.end(), is(id_of));
  return found == items.end() ? nullptr : &*found;
}

SIMRUNS_INLINE catalogue::known_batch const* catalogue::known_scenario::find(
    std::string_view name) const {
  return find_named(
      batches, name, [](known_batch const& batch) -> auto const& { return batch.told.key.batch; },
      [](known_batch const& batch) -> auto const& { return batch.told.id; });
}

SIMRUNS_INLINE catalogue::known_scenario const* catalogue::find(std::string_view project,
                                                                std::string_view name) const {
  return find_named(
      of_project(project), name,
      [](known_scenario const& scenario) -> auto const& { return scenario.told.reference; },
      [](known_scenario const& scenario) -> auto const& { return scenario.told.id; });
}

SIMRUNS_INLINE std::vector<catalogue::known_scenario> const& catalogue::of_project(
    std::string_view project) const {
  static std::vector<known_scenario> const none;
  auto const found = projects_.find(project);
  return found == projects_.end() ? none : found->second;
}

/// What is known of a scenario that nobody told of: what its first run says, if it has one.
inline stored_scenario scenario_of(dataset const& runs, batch_key const& key,
                                   stored_run const* first) {
  if (auto const* told = runs.told_scenario(key)) return *told;
  stored_run none;
  none.key = key;
  none.json = "{}";
  scenario_texts texts;
  texts.name = key.scenario;
  return describe_scenario(first == nullptr ? none : *first, texts);
}

SIMRUNS_INLINE catalogue::known_batch catalogue::batch_of(dataset const& runs, batch_key const& key,
                                                          schedule const* live) const {
  auto const& own = runs.runs_of(key);
  known_batch made{{}, batch_history{own, live}, first_created_at(own), {}};
  if (auto const* told = runs.told_batch(key)) made.told = *told;
  made.told.key = key;
  if (made.told.id.empty()) made.told.id = derived_id(key);
  if (made.told.name.empty() && made.told.json.empty()) made.told.name = key.batch;
  if (made.told.json.empty()) made.told.runs = static_cast<std::int64_t>(own.size());
  for (auto const* run : own) {
    if (!run->end_point_type.empty()) made.end_point_types.insert(run->end_point_type);
  }
  return made;
}

SIMRUNS_INLINE catalogue::catalogue(dataset const& runs, schedule const* live) {
  std::map<batch_key, std::vector<known_batch>> batches;
  std::map<batch_key, stored_run const*> first_runs;
  for (auto const& key : runs.known_batches()) {
    batch_key const scenario{key.project, key.scenario, {}};
    auto& siblings = batches[scenario];
    siblings.push_back(batch_of(runs, key, live));
    siblings.back().told.number = siblings.size();
    auto const& made = siblings.back();
    newest_ = std::max(newest_, made.told.created_at.value_or(made.begin.value_or(0)));
    auto const& own = runs.runs_of(key);
    if (!own.empty()) first_runs.try_emplace(scenario, own.front());
  }
  for (auto const& key : runs.known_scenarios()) {
    auto& siblings = projects_[key.project];
    auto const first = first_runs.find(key);
    auto told = scenario_of(runs, key, first == first_runs.end() ? nullptr : first->second);
    told.number = siblings.size();
    siblings.push_back({std::move(told), std::move(batches[key])});
  }
}

}  // namespace simruns::simulator::detail
