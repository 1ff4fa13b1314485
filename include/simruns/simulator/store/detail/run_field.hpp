#pragma once

#include "simruns/simulator/data/stored_run.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace simruns::simulator::detail {

/// What runs can be sorted and filtered by. The examples of the contract have a `name`, but no run
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

/// The field of this name, spelled as in the contract; `status`, `success` and `sentiment` are
/// those of the run's `metrics`.
std::optional<run_field> find_field(std::string_view name);

inline bool is_number(run_field field) {
  return field == run_field::sequence || field == run_field::created_at ||
         field == run_field::duration || field == run_field::total_turns ||
         field == run_field::max_turns;
}

/// The value of a run's field. It is valid as long as the run.
field_value value_of(stored_run const& run, run_field field);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/store/impl/run_field.ipp"
#endif
