#pragma once

#include "simruns/simulator/data/stored_batch.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/data/stored_scenario.hpp"
#include "simruns/simulator/store/detail/ordering.hpp"
#include "simruns/simulator/store/detail/paging.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace simruns::simulator::detail {

/// One request for a page of scenarios, checked and decoded.
struct scenario_query : paging {
  std::string project;
  std::string filter;  ///< Stands in the name or in the reference. Empty: all.
  item_ordering<stored_scenario> order = item_ordering<stored_scenario>::standard();
  bool upcoming = false;  ///< Whether `nextScheduledRun` is told.
};

/// One request for a page of batches, checked and decoded.
struct batch_query : paging {
  batch_key scenario;  ///< Names no batch.
  std::string filter;  ///< Stands in the name or in the reference. Empty: all.
  item_ordering<stored_batch> order = item_ordering<stored_batch>::standard();
  std::string status;                             ///< The status. Empty: all.
  std::string end_point_type;                     ///< The endpoint type of a run. Empty: all.
  std::optional<std::chrono::milliseconds> span;  ///< How far back `createdAt` may lie.
};

/// Identifies what a cursor belongs to: all of the query but which page is meant.
std::uint64_t digest(scenario_query const& query);
std::uint64_t digest(batch_query const& query);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/store/impl/list_query.ipp"
#endif
