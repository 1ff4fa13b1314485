#pragma once

#include "simruns/config.hpp"
#include "simruns/runs/detail/follow_source.hpp"
#include "simruns/runs/detail/run_consumer.hpp"
#include "simruns/runs/run_follower.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace simruns::detail {

SIMRUNS_INLINE std::shared_ptr<follow_source> follow_of(core_ptr core, run_query const& query,
                                                        follow_options options) {
  return std::make_shared<follow_source>(std::move(core), query, std::move(options));
}

SIMRUNS_INLINE consumer_ptr consumer_of(std::shared_ptr<client_core> core,
                                        std::shared_ptr<follow_source> source) {
  return std::make_shared<run_consumer>(std::move(core), std::move(source));
}

SIMRUNS_INLINE follow_status status_of(follow_source const& source) { return source.status(); }

SIMRUNS_INLINE std::vector<lost_run> lost_by(follow_source const& source) { return source.lost(); }

}  // namespace simruns::detail
