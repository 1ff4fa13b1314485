#pragma once

#include "simruns/columns/detail/row_visitors.hpp"
#include "simruns/page/page.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
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
    out.value("run_id", of ? maybe<std::string_view>(of->id) : maybe<std::string_view>{});
    out.value("run_index", of ? maybe<std::int64_t>(run_index) : maybe<std::int64_t>{});
    out.value("path", noted->path);
    out.value("message", noted->message);
  }
};

/// Whether an issue is about a run that a page has, or that a selection left out; not about one
/// that the page itself left out, as bad.
inline bool is_of_a_run(page const& source, issue const& noted) noexcept {
  return noted.path.starts_with("/data/") &&
         std::ranges::none_of(source.bad_runs(),
                              [&](bad_run const& bad) { return bad.path == noted.path; });
}

/// The issues in the order of the body. A selection leaves runs out, and their issues with them.
inline std::vector<issue_row> issue_rows(page const& source, std::int64_t first_run) {
  if (!source.valid()) return {};
  auto const all = source.issues();
  std::vector<issue_row> out;
  for (auto const& noted : all) out.push_back({nullptr, 0, &noted});
  for (std::size_t i = 0; i < source.size(); ++i) {
    for (auto const& noted : source[i].issues) {
      if (!std::less_equal<>{}(all.data(), &noted)) continue;
      auto const at = static_cast<std::size_t>(&noted - all.data());
      if (at >= all.size()) continue;
      out[at].of = &source[i];
      out[at].run_index = first_run + static_cast<std::int64_t>(i);
    }
  }
  std::erase_if(out, [&](issue_row const& r) { return !r.of && is_of_a_run(source, *r.noted); });
  return out;
}

}  // namespace simruns::detail
