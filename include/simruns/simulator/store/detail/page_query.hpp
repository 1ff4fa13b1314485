#pragma once

#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/store/detail/ordering.hpp"
#include "simruns/simulator/store/detail/paging.hpp"
#include "simruns/simulator/store/detail/run_filter.hpp"

#include <cstdint>
#include <string>

namespace simruns::simulator::detail {

/// One request for a page of runs, checked and decoded.
struct page_query : paging {
  batch_key batch;
  run_filter filter;
  ordering order = ordering::standard();
  std::string end_point_type;  ///< The endpoint type. Empty: all.
};

/// Identifies what a cursor belongs to: batch, filter, order, limit and endpoint type.
std::uint64_t digest(page_query const& query);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/store/impl/page_query.ipp"
#endif
