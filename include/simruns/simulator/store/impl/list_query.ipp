#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/store/detail/list_query.hpp"
#include "simruns/simulator/store/detail/paging.hpp"

#include <cstdint>
#include <string>

namespace simruns::simulator::detail {

SIMRUNS_INLINE std::uint64_t digest(scenario_query const& query) {
  return digest_of({"scenarios", query.project, query.filter, query.order.text(),
                    query.upcoming ? "upcoming" : "", std::to_string(query.limit)});
}

SIMRUNS_INLINE std::uint64_t digest(batch_query const& query) {
  auto const span = query.span ? std::to_string(query.span->count()) : std::string{};
  return digest_of({"batches", query.scenario.project, query.scenario.scenario, query.filter,
                    query.order.text(), query.status, query.end_point_type, span,
                    std::to_string(query.limit)});
}

}  // namespace simruns::simulator::detail
