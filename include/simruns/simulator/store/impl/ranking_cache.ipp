#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/store/detail/page_query.hpp"
#include "simruns/simulator/store/detail/ranking_cache.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace simruns::simulator::detail {

SIMRUNS_INLINE ranking rank(page_query const& query, std::vector<stored_run const*> const& runs) {
  ranking ranked;
  for (stored_run const* run : runs) {
    bool const right_type =
        query.end_point_type.empty() || run->end_point_type == query.end_point_type;
    if (right_type && query.filter.matches(*run)) ranked.push_back(run);
  }
  std::sort(ranked.begin(), ranked.end(), [&query](stored_run const* a, stored_run const* b) {
    return query.order.less(*a, *b);
  });
  return ranked;
}

SIMRUNS_INLINE std::string ranking_cache::name_of(page_query const& query, std::uint64_t state) {
  auto name = std::to_string(state) + "/";
  for (auto const* part : {&query.batch.project, &query.batch.scenario, &query.batch.batch,
                           &query.filter.text(), &query.order.text(), &query.end_point_type}) {
    name.append(std::to_string(part->size())).append(":").append(*part);
  }
  return name;
}

SIMRUNS_INLINE std::shared_ptr<ranking const> ranking_cache::recall(std::string const& name) {
  std::scoped_lock const lock{mutex_};
  auto const found = std::find_if(entries_.begin(), entries_.end(),
                                  [&name](entry const& kept) { return kept.first == name; });
  if (found == entries_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found);
  return found->second;
}

}  // namespace simruns::simulator::detail
