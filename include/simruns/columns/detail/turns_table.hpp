#pragma once

#include "simruns/columns/detail/spec.hpp"
#include "simruns/page/page.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

/// The columns of the tables `turns` and `issues`.
namespace simruns::detail {

struct turn_row {
  run const* of;
  turn const* said;
  std::int64_t position;
};

struct turn_table {
  using row = turn_row;

  static std::size_t count(page const& source) {
    std::size_t out = 0;
    for (auto const& r : source) out += r.turns.size();
    return out;
  }

  static std::vector<turn_row> rows(page const& source, std::int64_t) {
    std::vector<turn_row> out;
    out.reserve(count(source));
    for (auto const& r : source) {
      std::int64_t position = 0;
      for (auto const& t : r.turns) out.push_back({&r, &t, position++});
    }
    return out;
  }

  static auto const& columns() {
    static constexpr std::tuple specs{
        word_column<row>("scenario", [](row const& t) { return t.of->scenario; }),
        word_column<row>("batch", [](row const& t) { return t.of->batch; }),
        value_column<row>("run_id", [](row const& t) { return t.of->id; }),
        value_column<row>("run_sequence", [](row const& t) { return t.of->sequence; }),
        value_column<row>("turn", [](row const& t) { return t.position; }),
        value_column<row>("id", [](row const& t) { return t.said->id; }),
        value_column<row>("sequence", [](row const& t) { return t.said->sequence; }),
        value_column<row>("text", [](row const& t) { return t.said->text; }),
        value_column<row>("data", [](row const& t) { return t.said->data; }),
        value_column<row>("created_at", [](row const& t) { return t.said->created_at; }),
        composed_column<row>(
            "extra", [](row const& t, auto& sink) { return put_object(t.said->extra, sink); }),
    };
    return specs;
  }
};

struct issue_row {
  run const* of;  ///< Null where the page itself is odd.
  std::int64_t run_index;
  issue const* noted;
};

/// Whether an issue lies in `data`, at some run.
inline bool is_of_a_run(issue const& noted) noexcept { return noted.path.starts_with("/data/"); }

struct issue_table {
  using row = issue_row;

  static std::size_t count(page const& source) { return rows(source, 0).size(); }

  /// In the order of the body. A page may hold only some of the runs that came; the issues of the
  /// others are not its own.
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
