#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/stored_batch.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/data/stored_scenario.hpp"
#include "simruns/simulator/store/detail/item_field.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace simruns::simulator::detail {

inline field_value value_or_missing(std::string const& text) {
  if (text.empty()) return std::monostate{};
  return std::string_view{text};
}

inline field_value value_or_missing(std::optional<std::int64_t> const& number) {
  if (!number) return std::monostate{};
  return *number;
}

inline field_value value_or_missing(std::optional<bool> const& flag) {
  if (!flag) return std::monostate{};
  return std::string_view{*flag ? "true" : "false"};
}

template <auto Member, class Item>
field_value member_value(Item const& item) {
  return value_or_missing(item.*Member);
}

template <auto Member, class Item>
constexpr item_field<Item> text_field(std::string_view name) {
  return {name, false, &member_value<Member, Item>};
}

template <auto Member, class Item>
constexpr item_field<Item> number_field(std::string_view name) {
  return {name, true, &member_value<Member, Item>};
}

SIMRUNS_INLINE std::span<item_field<stored_run> const> item_fields<stored_run>::all() {
  using run = stored_run;
  static constexpr std::array<item_field<run>, 14> fields{{
      text_field<&run::id, run>("id"),
      {"name", false, [](run const&) { return field_value{}; }},
      number_field<&run::sequence, run>("sequence"),
      number_field<&run::created_at, run>("createdAt"),
      text_field<&run::created_by, run>("createdBy"),
      number_field<&run::duration, run>("duration"),
      number_field<&run::total_turns, run>("totalTurns"),
      number_field<&run::max_turns, run>("maxTurns"),
      text_field<&run::end_point_type, run>("endPointType"),
      text_field<&run::model, run>("largeLanguageModelReferenceId"),
      text_field<&run::expires_at, run>("expiresAt"),
      text_field<&run::status, run>("status"),
      text_field<&run::success, run>("success"),
      text_field<&run::sentiment, run>("sentiment"),
  }};
  return fields;
}

SIMRUNS_INLINE std::span<item_field<stored_scenario> const> item_fields<stored_scenario>::all() {
  using scenario = stored_scenario;
  static constexpr std::array<item_field<scenario>, 6> fields{{
      text_field<&scenario::id, scenario>("id"),
      text_field<&scenario::reference, scenario>("referenceId"),
      text_field<&scenario::name, scenario>("name"),
      number_field<&scenario::created_at, scenario>("createdAt"),
      text_field<&scenario::created_by, scenario>("createdBy"),
      number_field<&scenario::last_changed, scenario>("lastChanged"),
  }};
  return fields;
}

SIMRUNS_INLINE std::span<item_field<stored_batch> const> item_fields<stored_batch>::all() {
  using batch = stored_batch;
  static constexpr std::array<item_field<batch>, 10> fields{{
      text_field<&batch::id, batch>("id"),
      {"referenceId", false, [](batch const& b) { return value_or_missing(b.key.batch); }},
      text_field<&batch::name, batch>("name"),
      text_field<&batch::status, batch>("status"),
      number_field<&batch::runs, batch>("runs"),
      number_field<&batch::completed_runs, batch>("completedRuns"),
      number_field<&batch::failed_runs, batch>("failedRuns"),
      number_field<&batch::created_at, batch>("createdAt"),
      number_field<&batch::started_at, batch>("startedAt"),
      number_field<&batch::completed_at, batch>("completedAt"),
  }};
  return fields;
}

}  // namespace simruns::simulator::detail
