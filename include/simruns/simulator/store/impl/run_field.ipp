#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/store/detail/run_field.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace simruns::simulator::detail {

struct field_name {
  std::string_view text;
  run_field field;
};

inline constexpr std::array<field_name, 14> field_names{{
    {"id", run_field::id},
    {"name", run_field::name},
    {"sequence", run_field::sequence},
    {"createdAt", run_field::created_at},
    {"createdBy", run_field::created_by},
    {"duration", run_field::duration},
    {"totalTurns", run_field::total_turns},
    {"maxTurns", run_field::max_turns},
    {"endPointType", run_field::end_point_type},
    {"largeLanguageModelReferenceId", run_field::model},
    {"expiresAt", run_field::expires_at},
    {"status", run_field::status},
    {"success", run_field::success},
    {"sentiment", run_field::sentiment},
}};

inline field_value value_or_missing(std::string_view text) {
  if (text.empty()) return std::monostate{};
  return text;
}

inline field_value value_or_missing(std::optional<std::int64_t> number) {
  if (!number) return std::monostate{};
  return *number;
}

inline field_value value_or_missing(std::optional<bool> flag) {
  if (!flag) return std::monostate{};
  return std::string_view{*flag ? "true" : "false"};
}

SIMRUNS_INLINE std::optional<run_field> find_field(std::string_view name) {
  for (auto const& entry : field_names) {
    if (entry.text == name) return entry.field;
  }
  return std::nullopt;
}

SIMRUNS_INLINE field_value value_of(stored_run const& run, run_field field) {
  switch (field) {
    case run_field::id:
      return value_or_missing(run.id);
    case run_field::name:
      return std::monostate{};
    case run_field::sequence:
      return value_or_missing(run.sequence);
    case run_field::created_at:
      return value_or_missing(run.created_at);
    case run_field::created_by:
      return value_or_missing(run.created_by);
    case run_field::duration:
      return value_or_missing(run.duration);
    case run_field::total_turns:
      return value_or_missing(run.total_turns);
    case run_field::max_turns:
      return value_or_missing(run.max_turns);
    case run_field::end_point_type:
      return value_or_missing(run.end_point_type);
    case run_field::model:
      return value_or_missing(run.model);
    case run_field::expires_at:
      return value_or_missing(run.expires_at);
    case run_field::status:
      return value_or_missing(run.status);
    case run_field::success:
      return value_or_missing(run.success);
    case run_field::sentiment:
      return value_or_missing(run.sentiment);
  }
  return std::monostate{};
}

}  // namespace simruns::simulator::detail
