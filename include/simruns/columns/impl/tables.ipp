#pragma once

#include "simruns/columns/detail/criteria_table.hpp"
#include "simruns/columns/detail/issues_table.hpp"
#include "simruns/columns/detail/runs_table.hpp"
#include "simruns/columns/detail/turns_table.hpp"
#include "simruns/columns/tables.hpp"
#include "simruns/config.hpp"

namespace simruns {

SIMRUNS_INLINE std::vector<column_header> columns_of(table which) {
  switch (which) {
    case table::turns:
      return detail::headers_of<detail::turn_row>();
    case table::criteria:
      return detail::headers_of<detail::criterion_row>();
    case table::issues:
      return detail::headers_of<detail::issue_row>();
    default:
      return detail::headers_of<detail::run_row>();
  }
}

SIMRUNS_INLINE std::size_t row_count(table which, page const& source) {
  switch (which) {
    case table::turns:
      return detail::count_turns(source);
    case table::criteria:
      return detail::count_criteria(source);
    case table::issues:
      return detail::issue_rows(source, 0).size();
    default:
      return source.size();
  }
}

SIMRUNS_INLINE column_batch build(table which, page const& source, std::int64_t first_run) {
  switch (which) {
    case table::turns:
      return detail::build_columns(detail::turn_rows(source));
    case table::criteria:
      return detail::build_columns(detail::criterion_rows(source).all());
    case table::issues:
      return detail::build_columns(detail::issue_rows(source, first_run));
    default:
      return detail::build_columns(detail::run_rows(source));
  }
}

}  // namespace simruns
