#pragma once

#include "simruns/columns/detail/row_visitors.hpp"
#include "simruns/page/page.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

/// The columns of the table `turns`.
namespace simruns::detail {

inline constexpr turn blank_turn{};

struct turn_row {
  run const* of = &blank_run;
  turn const* said = &blank_turn;
  std::int64_t position = 0;

  void visit(auto out) const {
    out.word("scenario", of->scenario);
    out.word("batch", of->batch);
    out.value("run_id", of->id);
    out.value("run_sequence", of->sequence);
    out.value("turn", position);
    out.value("id", said->id);
    out.value("sequence", said->sequence);
    out.value("text", said->text);
    out.value("data", said->data);
    out.value("created_at", said->created_at);
    out.composed("extra", [&](auto& sink) { return put_object(said->extra, sink); });
  }
};

inline std::size_t count_turns(page const& source) {
  std::size_t out = 0;
  for (auto const& r : source) out += r.turns.size();
  return out;
}

inline void each_turn(page const& source, auto const& take) {
  for (auto const& r : source) {
    std::int64_t position = 0;
    for (auto const& t : r.turns) take(turn_row{&r, &t, position++});
  }
}

inline std::vector<turn_row> turn_rows(page const& source) {
  std::vector<turn_row> out;
  out.reserve(count_turns(source));
  each_turn(source, [&](turn_row const& row) { out.push_back(row); });
  return out;
}

}  // namespace simruns::detail
