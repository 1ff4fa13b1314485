#pragma once

#include "normal_form.hpp"

#include <string_view>

/// What variants that make columns are compared in: `{table: {column: [cell, ...]}}`.
namespace bench {

/// Whether the texts of a column are JSON, to be compared by their meaning.
inline bool holds_json(std::string_view column) {
  return column == "data" || column == "criterion_params" || column == "criterion_result" ||
         column == "results";
}

/// The columns that a page in normal form ought to become; every variant has at least these.
json::value columns_of(json::value const& normal_page);

/// Whether `got` has all cells of `wanted`; says on stderr where it does not.
bool same_columns(json::value const& got, json::value const& wanted);

}  // namespace bench
