#pragma once

#include "simruns/simulator/data/stored_run.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace simruns::simulator {

/// What runs can be sorted and filtered by. `name` stands in the contract's examples, but no run
/// has one: it sorts as a value that is missing everywhere.
enum class run_field {
  id,
  name,
  sequence,
  created_at,
  created_by,
  duration,
  total_turns,
  max_turns,
  end_point_type,
  model,
  expires_at,
  status,
  success,
  sentiment,
};

/// A field's value: missing, a number or a text, which sort in this order.
using field_value = std::variant<std::monostate, std::int64_t, std::string_view>;

namespace detail {

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

}  // namespace detail

/// The field of this name, spelled as in the contract; `status`, `success` and `sentiment` are
/// those of the run's `metrics`.
inline std::optional<run_field> find_field(std::string_view name) {
  for (auto const& entry : detail::field_names) {
    if (entry.text == name) return entry.field;
  }
  return std::nullopt;
}

inline bool is_number(run_field field) {
  return field == run_field::sequence || field == run_field::created_at ||
         field == run_field::duration || field == run_field::total_turns ||
         field == run_field::max_turns;
}

/// The value of a run's field; valid as long as the run.
inline field_value value_of(stored_run const& run, run_field field) {
  switch (field) {
    case run_field::id:
      return detail::value_or_missing(run.id);
    case run_field::name:
      return std::monostate{};
    case run_field::sequence:
      return detail::value_or_missing(run.sequence);
    case run_field::created_at:
      return detail::value_or_missing(run.created_at);
    case run_field::created_by:
      return detail::value_or_missing(run.created_by);
    case run_field::duration:
      return detail::value_or_missing(run.duration);
    case run_field::total_turns:
      return detail::value_or_missing(run.total_turns);
    case run_field::max_turns:
      return detail::value_or_missing(run.max_turns);
    case run_field::end_point_type:
      return detail::value_or_missing(run.end_point_type);
    case run_field::model:
      return detail::value_or_missing(run.model);
    case run_field::expires_at:
      return detail::value_or_missing(run.expires_at);
    case run_field::status:
      return detail::value_or_missing(run.status);
    case run_field::success:
      return detail::value_or_missing(run.success);
    case run_field::sentiment:
      return detail::value_or_missing(run.sentiment);
  }
  return std::monostate{};
}

}  // namespace simruns::simulator
