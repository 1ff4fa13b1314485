#pragma once

#include "simruns/columns/column.hpp"
#include "simruns/page/page.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns {

/// The tables of a batch. All have the columns `project`, `scenario`, `batch` and `run_id`, by
/// which they join. Any other name is that of a column of one table alone.
enum class table {
  runs,      ///< A row a run.
  turns,     ///< A row a message of a conversation.
  criteria,  ///< A row a criterion, with the result that belongs to it.
  issues,    ///< A row an oddity that decoding met.
};

constexpr std::string_view to_string(table which) noexcept {
  switch (which) {
    case table::runs:
      return "runs";
    case table::turns:
      return "turns";
    case table::criteria:
      return "criteria";
    case table::issues:
      return "issues";
  }
  return "runs";
}

/// Keys and values for the schema's metadata.
using table_metadata = std::vector<std::pair<std::string, std::string>>;

/// Names of columns, each once; none stands for all columns of a table.
using column_names = std::vector<std::string>;

/// Names of scenarios, by their references. Runs tell only the references.
using scenario_names = std::map<std::string, std::string, std::less<>>;

/// Name, type and nullability of the columns of a table, or only of those that are named, in the
/// order of the names.
/// Throws: `request_error` of `errc::invalid_argument` for a name that is not there, or there
/// twice.
std::vector<column_header> columns_of(table which, column_names const& only = {});

/// Rows that a page adds to a table.
std::size_t row_count(table which, page const& source);

/// A page as columns; those that `only` does not name are not built. They copy what they hold, so
/// the page may go. Absent and null are both "no value", and nothing is invented. `words()` of
/// verdict, status, sentiment and error_category begin with all words that they may have, so that
/// these have the same indices in every page. `first_run`: the runs before this page;
/// `issues.run_index` counts from there, so that it is the run's row in the table `runs`. A
/// criterion's result is the one of its name (`params.name`, `result.name`), where each side has
/// that name once. Else it is the one at its position, if there are as many results as criteria and
/// no other criterion has it by name. Else there is none. `scenario_name` is what `names` has for
/// the scenario that the run names.
/// Throws: `request_error` of `errc::too_large` where a column's texts pass 2,147,483,647 bytes,
/// and as `columns_of`. Threads: any.   Cost: two passes over the page, up to four allocations a
/// column.
column_batch build(table which, page const& source, std::int64_t first_run = 0,
                   column_names const& only = {}, scenario_names const& names = {});

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/columns/impl/tables.ipp"
#endif
