#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"
#include "simruns/simulator/store/detail/ordering.hpp"
#include "simruns/simulator/store/detail/run_field.hpp"

#include <algorithm>
#include <compare>
#include <cstddef>
#include <string_view>
#include <tuple>

namespace simruns::simulator::detail {

SIMRUNS_INLINE ordering ordering::parse(std::string_view text) {
  ordering order;
  order.text_ = text;
  for (std::size_t from = 0; from <= text.size();) {
    auto const comma = std::min(text.find(',', from), text.size());
    order.add(text.substr(from, comma - from));
    from = comma + 1;
  }
  return order;
}

SIMRUNS_INLINE sort_position ordering::position_of(stored_run const& run) const {
  sort_position position;
  position.id = run.id;
  position.number = run.number;
  for (auto const& key : keys_) position.values.push_back(value_of(run, key.field));
  return position;
}

SIMRUNS_INLINE bool ordering::less(stored_run const& a, stored_run const& b) const {
  for (auto const& key : keys_) {
    auto const order = value_of(a, key.field) <=> value_of(b, key.field);
    if (order != 0) return (order < 0) != key.descending;
  }
  return std::tie(a.id, a.number) < std::tie(b.id, b.number);
}

SIMRUNS_INLINE int ordering::compare(stored_run const& run, sort_position const& position) const {
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    auto const order = value_of(run, keys_[i].field) <=> position.values[i];
    if (order != 0) return (order < 0) != keys_[i].descending ? -1 : 1;
  }
  auto const order = std::string_view{run.id} <=> position.id;
  if (order != 0) return order < 0 ? -1 : 1;
  return run.number < position.number ? -1 : run.number > position.number ? 1 : 0;
}

SIMRUNS_INLINE void ordering::add(std::string_view step) {
  auto const colon = step.find(':');
  auto const name = step.substr(0, colon);
  auto const direction = colon == std::string_view::npos ? "" : step.substr(colon + 1);
  auto const field = find_field(name);
  if (!field) {
    throw bad_request{"sort", "sort names an unknown field " + shown(name) +
                                  ": use one such as createdAt, sequence, duration, status or id"};
  }
  if (direction != "asc" && direction != "desc") {
    throw bad_request{
        "sort",
        "sort must be field:asc or field:desc, more of them after commas, not " + shown(step)};
  }
  for (auto const& key : keys_) {
    if (key.field == *field) throw bad_request{"sort", "sort names " + shown(name) + " twice"};
  }
  keys_.push_back({*field, direction == "desc"});
}

}  // namespace simruns::simulator::detail
