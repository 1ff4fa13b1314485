#pragma once

#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"
#include "simruns/simulator/store/detail/item_field.hpp"

#include <algorithm>
#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace simruns::simulator::detail {

/// A position in an order: the values of its sort keys, and the id and the number that break ties.
/// There need be no item at it.
struct sort_position {
  std::vector<field_value> values;
  std::string_view id;
  std::size_t number = 0;
};

/// The order of a list: by the sort keys, ties by id, ascending, and of items without one by their
/// number. Missing values come first in ascending order.
template <class Item>
class item_ordering {
 public:
  /// One step of an order.
  struct sort_key {
    item_field<Item> const* field;
    bool descending;
  };

  /// Reads `field:asc|desc[,field:asc|desc...]`. Throws: bad_request with the field `sort`.
  static item_ordering parse(std::string_view text) {
    item_ordering order;
    order.text_ = text;
    for (std::size_t from = 0; from <= text.size();) {
      auto const comma = std::min(text.find(',', from), text.size());
      order.add(text.substr(from, comma - from));
      from = comma + 1;
    }
    return order;
  }

  /// What holds when a request names no order: `createdAt:asc`.
  static item_ordering standard() { return parse("createdAt:asc"); }

  std::string const& text() const noexcept { return text_; }
  std::vector<sort_key> const& keys() const noexcept { return keys_; }

  /// The position of an item. It is valid as long as the item.
  sort_position position_of(Item const& item) const {
    sort_position position;
    position.id = item.id;
    position.number = item.number;
    for (auto const& key : keys_) position.values.push_back(key.field->value_of(item));
    return position;
  }

  bool less(Item const& a, Item const& b) const {
    for (auto const& key : keys_) {
      auto const order = key.field->value_of(a) <=> key.field->value_of(b);
      if (order != 0) return (order < 0) != key.descending;
    }
    return std::tie(a.id, a.number) < std::tie(b.id, b.number);
  }

  /// Compares an item with a position. Negative: it stands before. Zero: at it. Positive: behind
  /// it.
  int compare(Item const& item, sort_position const& position) const {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      auto const order = keys_[i].field->value_of(item) <=> position.values[i];
      if (order != 0) return (order < 0) != keys_[i].descending ? -1 : 1;
    }
    auto const order = std::string_view{item.id} <=> position.id;
    if (order != 0) return order < 0 ? -1 : 1;
    return item.number < position.number ? -1 : item.number > position.number ? 1 : 0;
  }

 private:
  void add(std::string_view step) {
    auto const colon = step.find(':');
    auto const name = step.substr(0, colon);
    auto const direction = colon == std::string_view::npos ? "" : step.substr(colon + 1);
    auto const* field = find_field<Item>(name);
    if (field == nullptr) {
      throw bad_request{"sort", "sort names an unknown field " + shown(name) +
                                    ": use one such as " +
                                    std::string{item_fields<Item>::examples}};
    }
    if (direction != "asc" && direction != "desc") {
      throw bad_request{
          "sort",
          "sort must be field:asc or field:desc, more of them after commas, not " + shown(step)};
    }
    for (auto const& key : keys_) {
      if (key.field == field) throw bad_request{"sort", "sort names " + shown(name) + " twice"};
    }
    keys_.push_back({field, direction == "desc"});
  }

  std::string text_;
  std::vector<sort_key> keys_;
};

/// The order of the runs of a batch.
using ordering = item_ordering<stored_run>;

}  // namespace simruns::simulator::detail
