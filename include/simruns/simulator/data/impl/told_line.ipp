#pragma once

#include "simruns/config.hpp"
#include "simruns/json/object_members.hpp"
#include "simruns/json/write.hpp"
#include "simruns/simulator/data/detail/append_member.hpp"
#include "simruns/simulator/data/detail/read_members.hpp"
#include "simruns/simulator/data/detail/told_line.hpp"
#include "simruns/simulator/data/stored_batch.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/data/stored_scenario.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace simruns::simulator::detail {

/// The references in the `of` of a line.
inline batch_key read_of(std::string_view json) {
  batch_key of;
  std::array<text_member, 2> const to_texts{
      {{"projectReference", &of.project}, {"simulationReference", &of.scenario}}};
  simruns::detail::text_reader texts;
  for (simruns::detail::object_members m{json}; m.next();) {
    take_member(texts, texts.read(m.key()), m.value(), to_texts, {});
  }
  return of;
}

SIMRUNS_INLINE std::optional<told_item> read_told_line(std::string const& line) {
  simruns::detail::text_reader texts;
  simruns::detail::object_members m{line};
  if (!m.next() || !m.value().starts_with('{')) return std::nullopt;
  std::string const kind{texts.read(m.key())};
  if (kind != "scenario" && kind != "batch") return std::nullopt;
  std::string json{m.value()};
  batch_key of;
  if (m.next()) {
    if (texts.read(m.key()) != "of") return std::nullopt;
    of = read_of(m.value());
    if (m.next()) return std::nullopt;
  }
  require_object(line, kind);
  if (kind == "scenario") return parse_scenario(std::move(json), of.project);
  return parse_batch(std::move(json), of);
}

SIMRUNS_INLINE std::string told_line(told_item const& item) {
  if (auto const* scenario = std::get_if<stored_scenario>(&item)) {
    auto const& json = scenario->scheduled_json.empty() ? scenario->json : scenario->scheduled_json;
    auto line = "{\"scenario\":" + json + ",\"of\":{\"projectReference\":";
    simruns::detail::append_json_string(line, scenario->project);
    return line + "}}";
  }
  auto const& batch = std::get<stored_batch>(item);
  auto line = "{\"batch\":" + batch.json + ",\"of\":{\"projectReference\":";
  simruns::detail::append_json_string(line, batch.key.project);
  append_member(line, "simulationReference", batch.key.scenario);
  return line + "}}";
}

}  // namespace simruns::simulator::detail
