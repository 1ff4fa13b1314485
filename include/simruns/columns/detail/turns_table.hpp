#pragma once

#include "simruns/columns/detail/spec.hpp"
#include "simruns/page/page.hpp"

#include <cstdint>
#include <tuple>
#include <vector>

/// The columns of the table `turns`.
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

}  // namespace simruns::detail
