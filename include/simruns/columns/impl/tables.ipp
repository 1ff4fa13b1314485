#pragma once

#include "simruns/columns/detail/criteria_table.hpp"
#include "simruns/columns/detail/issues_table.hpp"
#include "simruns/columns/detail/runs_table.hpp"
#include "simruns/columns/detail/turns_table.hpp"
#include "simruns/columns/tables.hpp"
#include "simruns/config.hpp"

#include <span>

namespace simruns {

namespace detail {

/// Calls `use` with the table of that name: its rows, its columns.
template <class Use>
auto with_table(table which, Use use) {
  switch (which) {
    case table::turns:
      return use(turn_table{});
    case table::criteria:
      return use(criterion_table{});
    case table::issues:
      return use(issue_table{});
    default:
      return use(run_table{});
  }
}

}  // namespace detail

SIMRUNS_INLINE std::vector<column_header> columns_of(table which) {
  return detail::with_table(which, [](auto shape) {
    return std::apply([](auto const&... column) { return std::vector{column.header...}; },
                      shape.columns());
  });
}

SIMRUNS_INLINE std::size_t row_count(table which, page const& source) {
  return detail::with_table(which, [&](auto shape) { return shape.count(source); });
}

SIMRUNS_INLINE column_batch build(table which, page const& source, std::int64_t first_run) {
  return detail::with_table(which, [&](auto shape) {
    using row = typename decltype(shape)::row;
    auto const& rows = shape.rows(source, first_run);
    return column_batch{rows.size(), build_columns(shape.columns(),
                                                   std::span<row const>(rows.data(), rows.size()))};
  });
}

}  // namespace simruns
