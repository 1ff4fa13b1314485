#pragma once

#include "simruns/simulator/data/stored_batch.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/data/stored_scenario.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

namespace simruns::simulator::detail {

/// A field's value: missing, a number or a text, which sort in this order.
using field_value = std::variant<std::monostate, std::int64_t, std::string_view>;

/// One of the fields that items of a list are sorted by.
template <class Item>
struct item_field {
  std::string_view name;
  bool is_number;
  field_value (*value_of)(Item const&);  ///< The value is valid as long as the item.
};

/// The fields of a kind of item, and some of their names for messages.
template <class Item>
struct item_fields;

/// What runs can be sorted and filtered by; `status`, `success` and `sentiment` are those of the
/// run's `metrics`. The examples of the contract have a `name`, but no run has one: it sorts as a
/// value that is missing everywhere.
template <>
struct item_fields<stored_run> {
  static constexpr std::string_view examples = "createdAt, sequence, duration, status or id";
  static std::span<item_field<stored_run> const> all();
};

template <>
struct item_fields<stored_scenario> {
  static constexpr std::string_view examples = "createdAt, name or id";
  static std::span<item_field<stored_scenario> const> all();
};

template <>
struct item_fields<stored_batch> {
  static constexpr std::string_view examples = "createdAt, completedAt, status, name or id";
  static std::span<item_field<stored_batch> const> all();
};

/// The field of this name, spelled as in the contract. Null: there is none.
template <class Item>
item_field<Item> const* find_field(std::string_view name) {
  for (auto const& field : item_fields<Item>::all()) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/store/impl/item_field.ipp"
#endif
