#pragma once

#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"
#include "simruns/simulator/store/detail/run_field.hpp"

#include <algorithm>
#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace simruns::simulator {

/// One step of an order.
struct sort_key {
  run_field field;
  bool descending;
};

/// A place in an order: the values of its sort keys, and the id that breaks ties. Need not be the
/// place of a run that exists.
struct order_place {
  std::vector<field_value> values;
  std::string_view id;
};

/// The order of a batch's runs: by the sort keys, ties by id, ascending. Missing values come first
/// in ascending order.
class ordering {
 public:
  /// Reads `field:asc|desc[,field:asc|desc...]`. Throws: refusal with the field `sort`.
  static ordering parse(std::string_view text) {
    ordering order;
    order.text_ = text;
    for (std::size_t from = 0; from <= text.size();) {
      auto const comma = std::min(text.find(',', from), text.size());
      order.add(text.substr(from, comma - from));
      from = comma + 1;
    }
    return order;
  }

  /// What holds when a request names no order: `createdAt:asc`.
  static ordering standard() { return parse("createdAt:asc"); }

  std::string const& text() const noexcept { return text_; }
  std::vector<sort_key> const& keys() const noexcept { return keys_; }

  /// Where a run stands; valid as long as the run.
  order_place place_of(stored_run const& run) const {
    order_place place;
    place.id = run.id;
    for (auto const& key : keys_) place.values.push_back(value_of(run, key.field));
    return place;
  }

  bool less(stored_run const& a, stored_run const& b) const {
    for (auto const& key : keys_) {
      auto const order = value_of(a, key.field) <=> value_of(b, key.field);
      if (order != 0) return (order < 0) != key.descending;
    }
    return a.id < b.id;
  }

  /// Negative, zero or positive: a run stands before, at or behind a place.
  int compare(stored_run const& run, order_place const& place) const {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      auto const order = value_of(run, keys_[i].field) <=> place.values[i];
      if (order != 0) return (order < 0) != keys_[i].descending ? -1 : 1;
    }
    return std::string_view{run.id}.compare(place.id);
  }

 private:
  void add(std::string_view step) {
    auto const colon = step.find(':');
    auto const name = step.substr(0, colon);
    auto const direction = colon == std::string_view::npos ? "" : step.substr(colon + 1);
    auto const field = find_field(name);
    if (!field) {
      throw refusal{"sort", "sort names an unknown field " + shown(name) +
                                ": use one such as createdAt, sequence, duration, status or id"};
    }
    if (direction != "asc" && direction != "desc") {
      throw refusal{
          "sort",
          "sort must be field:asc or field:desc, more of them after commas, not " + shown(step)};
    }
    for (auto const& key : keys_) {
      if (key.field == *field) throw refusal{"sort", "sort names " + shown(name) + " twice"};
    }
    keys_.push_back({*field, direction == "desc"});
  }

  std::string text_;
  std::vector<sort_key> keys_;
};

}  // namespace simruns::simulator
