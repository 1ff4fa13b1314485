#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/store/detail/page_query.hpp"
#include "simruns/simulator/store/detail/paging.hpp"

#include <cstdint>
#include <string>

namespace simruns::simulator::detail {

SIMRUNS_INLINE std::uint64_t digest(page_query const& query) {
  return digest_of({query.batch.project, query.batch.scenario, query.batch.batch,
                    query.filter.text(), query.order.text(), query.end_point_type,
                    std::to_string(query.limit)});
}

}  // namespace simruns::simulator::detail
