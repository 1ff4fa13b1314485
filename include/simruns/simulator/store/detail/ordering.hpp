#pragma once

#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"
#include "simruns/simulator/store/detail/run_field.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace simruns::simulator::detail {

/// One step of an order.
struct sort_key {
  run_field field;
  bool descending;
};

/// A position in an order: the values of its sort keys, and the id and the number that break ties.
/// There need be no run at it.
struct sort_position {
  std::vector<field_value> values;
  std::string_view id;
  std::size_t number = 0;
};

/// The order of a batch's runs: by the sort keys, ties by id, ascending, and of runs without one by
/// their number. Missing values come first in ascending order.
class ordering {
 public:
  /// Reads `field:asc|desc[,field:asc|desc...]`. Throws: bad_request with the field `sort`.
  static ordering parse(std::string_view text);

  /// What holds when a request names no order: `createdAt:asc`.
  static ordering standard() { return parse("createdAt:asc"); }

  std::string const& text() const noexcept { return text_; }
  std::vector<sort_key> const& keys() const noexcept { return keys_; }

  /// The position of a run. It is valid as long as the run.
  sort_position position_of(stored_run const& run) const;

  bool less(stored_run const& a, stored_run const& b) const;

  /// Compares a run with a position. Negative: it stands before. Zero: at it. Positive: behind it.
  int compare(stored_run const& run, sort_position const& position) const;

 private:
  void add(std::string_view step);

  std::string text_;
  std::vector<sort_key> keys_;
};

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/store/impl/ordering.ipp"
#endif
