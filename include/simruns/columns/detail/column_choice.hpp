#pragma once

#include "simruns/columns/column.hpp"
#include "simruns/columns/tables.hpp"

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns::detail {

/// The columns of a table that are asked for, and the order in which they are to come.
class column_choice {
 public:
  /// Throws: as `columns_of`.
  column_choice(table which, column_names const& only);

  /// Of each column of the table, whether it is asked for; null where all are.
  bool const* wanted() const noexcept { return wanted_.get(); }

  /// Whether this column of the table is asked for.
  bool wants(std::string_view name) const noexcept;

  /// What is in the order of the table, in the order that was asked for.
  template <class Item>
  std::vector<Item> in_order(std::vector<Item> items) const {
    if (!wanted_) return items;
    std::vector<Item> out;
    out.reserve(order_.size());
    for (auto const place : order_) out.push_back(std::move(items[place]));
    return out;
  }

 private:
  column_names names_;
  std::unique_ptr<bool[]> wanted_;
  std::vector<std::size_t> order_;  // The place of each among those that are asked for.
};

/// The columns of a table that `wanted` says are asked for, in the order of the table.
std::vector<column_header> headers_of(table which, bool const* wanted);

}  // namespace simruns::detail
