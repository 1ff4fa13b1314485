#pragma once

#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/store/detail/ordering.hpp"
#include "simruns/simulator/store/detail/run_filter.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace simruns::simulator::detail {

/// One request for a page of runs, checked and decoded.
struct page_query {
  batch_key batch;
  run_filter filter;
  ordering order = ordering::standard();
  std::string end_point_type;           ///< The endpoint type. Empty: all.
  std::size_t limit = 20;               ///< Runs of a page, from 1 to 100. Default 20.
  std::size_t skip = 0;                 ///< Runs to pass over. A cursor overrides it.
  std::optional<std::string> next;      ///< A cursor forward. Never beside `previous`.
  std::optional<std::string> previous;  ///< A cursor backward. Never beside `next`.
};

/// Identifies what a cursor belongs to: batch, filter, order, limit and endpoint type.
std::uint64_t digest(page_query const& query);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/store/impl/page_query.ipp"
#endif
