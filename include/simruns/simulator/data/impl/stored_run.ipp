#pragma once

#include "simruns/config.hpp"
#include "simruns/json/exact_integer.hpp"
#include "simruns/json/object_members.hpp"
#include "simruns/json/scanner.hpp"
#include "simruns/simulator/data/stored_run.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator {

namespace detail {

/// Where the value of a member of this name goes.
template <class T>
struct run_member {
  std::string_view name;
  T* to;
};

inline std::string text_of(simruns::detail::text_reader& texts, std::string_view json) {
  return std::string{texts.read(json).value_or(std::string_view{})};
}

/// A whole number, also one written as `7.0`; nothing if it is anything else.
inline std::optional<std::int64_t> whole_number(std::string_view json) {
  if (simruns::detail::type_of_value(json.front()) != "number") return std::nullopt;
  auto const number = simruns::detail::integer_of(json);
  if (number.fault != simruns::detail::integer_fault::none) return std::nullopt;
  return number.value;
}

/// Puts the members of `metrics` in their places. Of two such objects the last one counts.
inline void take_metrics(stored_run& run, std::string_view json) {
  run.status.clear();
  run.sentiment.clear();
  run.success.reset();
  simruns::detail::text_reader texts;
  for (simruns::detail::object_members m{json}; m.next();) {
    auto const name = texts.read(m.key());
    if (name == "status") run.status = text_of(texts, m.value());
    if (name == "sentiment") run.sentiment = text_of(texts, m.value());
    if (name != "success") continue;
    run.success.reset();
    if (m.value() == "true" || m.value() == "false") run.success = m.value() == "true";
  }
}

/// Texts are read as those of a page are, so a run has the same id and the same batch here as
/// there.
inline void take_members(stored_run& run, std::string_view json) {
  std::array<run_member<std::string>, 7> const to_texts{
      {{"projectReference", &run.key.project},
       {"simulationReference", &run.key.scenario},
       {"simulationRunBatchReference", &run.key.batch},
       {"createdBy", &run.created_by},
       {"endPointType", &run.end_point_type},
       {"largeLanguageModelReferenceId", &run.model},
       {"expiresAt", &run.expires_at}}};
  std::array<run_member<std::optional<std::int64_t>>, 5> const to_numbers{
      {{"sequence", &run.sequence},
       {"createdAt", &run.created_at},
       {"duration", &run.duration},
       {"totalTurns", &run.total_turns},
       {"maxTurns", &run.max_turns}}};
  std::optional<std::string> id;
  simruns::detail::text_reader texts;
  for (simruns::detail::object_members m{json}; m.next();) {
    auto const name = texts.read(m.key());
    for (auto const& member : to_texts) {
      if (member.name == name) *member.to = text_of(texts, m.value());
    }
    for (auto const& member : to_numbers) {
      if (member.name == name) *member.to = whole_number(m.value());
    }
    if (name == "id") id = texts.read(m.value());
    if (name == "_id") run.id = text_of(texts, m.value());
    if (name == "metrics") take_metrics(run, m.value());
  }
  if (id) run.id = *std::move(id);
}

inline void require_object(std::string const& json) {
  simruns::detail::json_scanner in{json};
  std::string_view whole;
  bool const is_json = in.value(whole, simruns::detail::most_json_depth);
  if (is_json) in.peek();
  if (is_json && in.at_end()) {
    if (whole.starts_with('{')) return;
    throw std::invalid_argument("a JSON value that is not an object: each line must be one run");
  }
  using simruns::detail::json_fault;
  std::string wrong = "not JSON";
  if (in.fault() == json_fault::not_utf8) wrong = "not UTF-8";
  if (in.fault() == json_fault::too_deep) wrong = "nested too deep";
  throw std::invalid_argument(wrong + " at byte " + std::to_string(in.offset()) + " of " +
                              std::to_string(json.size()) +
                              ": each line must be the whole JSON object of one run");
}

inline void require_reference(std::string& text, std::string const& known,
                              std::string const& name) {
  if (text.empty()) text = known;
  if (!text.empty()) return;
  throw std::invalid_argument("`" + name +
                              "` must be a text that is not empty: without it the run cannot be "
                              "asked for; add it, or leave the run out");
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
