#pragma once

#include "simruns/columns/detail/row_visitors.hpp"
#include "simruns/page/notes.hpp"
#include "simruns/page/page.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

/// The columns of the table `issues`.
namespace simruns::detail {

inline constexpr issue blank_issue{};

struct issue_row {
  run const* of = nullptr;  ///< The run that the issue is about; null where it is about the page.
  std::int64_t run_index = 0;
  issue const* noted = &blank_issue;

  void visit(auto out) const {
    out.word("project", of ? of->project : maybe<std::string_view>{});
    out.word("scenario", of ? of->scenario : maybe<std::string_view>{});
    out.word("batch", of ? of->batch : maybe<std::string_view>{});
    out.word("run_id", of ? maybe<std::string_view>(of->id) : maybe<std::string_view>{});
    out.value("run_index", of ? maybe<std::int64_t>(run_index) : maybe<std::int64_t>{});
    out.value("path", noted->path);
    out.value("message", noted->message);
  }
};

/// The issues in the order of the body. A selection leaves runs out, and their issues with them.
inline std::vector<issue_row> issue_rows(page const& source, std::int64_t first_run) {
  std::vector<issue_row> out;
  for (auto const& [noted, run] : noted_in(source)) {
    auto& row = out.emplace_back();
    row.noted = noted;
    if (!run) continue;
    row.of = &source[*run];
    row.run_index = first_run + static_cast<std::int64_t>(*run);
  }
  return out;
}

}  // namespace simruns::detail
