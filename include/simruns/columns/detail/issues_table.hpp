#pragma once

#include "simruns/columns/detail/spec.hpp"
#include "simruns/page/page.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <tuple>
#include <vector>

/// The columns of the table `issues`.
namespace simruns::detail {

struct issue_row {
  run const* of;  ///< The run that the issue is about; null where it is about the page.
  std::int64_t run_index;
  issue const* noted;
};

/// Whether an issue lies in `data`, at some run.
inline bool is_of_a_run(issue const& noted) noexcept { return noted.path.starts_with("/data/"); }

struct issue_table {
  using row = issue_row;

  static std::size_t count(page const& source) { return rows(source, 0).size(); }

  /// The issues in the order of the body. A selection leaves runs out, and their issues with them.
  static std::vector<issue_row> rows(page const& source, std::int64_t first_run) {
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
    std::erase_if(out, [](issue_row const& r) { return !r.of && is_of_a_run(*r.noted); });
    return out;
  }

  template <class T>
  static maybe<T> of_run(row const& r, maybe<T> run::* part) {
    return r.of ? r.of->*part : maybe<T>{};
  }
  static maybe<std::string_view> run_id(row const& r) {
    return r.of ? maybe<std::string_view>(r.of->id) : maybe<std::string_view>{};
  }
  static maybe<std::int64_t> run_index(row const& r) {
    return r.of ? maybe<std::int64_t>(r.run_index) : maybe<std::int64_t>{};
  }

  static auto const& columns() {
    static constexpr std::tuple specs{
        word_column<row>("scenario", [](row const& r) { return of_run(r, &run::scenario); }),
        word_column<row>("batch", [](row const& r) { return of_run(r, &run::batch); }),
        value_column<row>("run_id", [](row const& r) { return run_id(r); }),
        value_column<row>("run_index", [](row const& r) { return run_index(r); }),
        value_column<row>("path", [](row const& r) { return r.noted->path; }),
        value_column<row>("message", [](row const& r) { return r.noted->message; }),
    };
    return specs;
  }
};

}  // namespace simruns::detail
