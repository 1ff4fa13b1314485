#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/detail/edit_json.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/live/detail/run_lives.hpp"
#include "simruns/simulator/live/detail/timeline.hpp"
#include "simruns/simulator/live/schedule.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace simruns::simulator::detail {

SIMRUNS_INLINE stored_run pending(stored_run const& settled) {
  auto made = settled;
  set_json(made.json, "turns", "[]");
  set_json(made.json, "totalTurns", "0");
  set_json(made.json, "metrics", "{}");
  erase_json(made.json, "duration");
  made.total_turns = 0;
  made.duration.reset();
  made.success.reset();
  made.status.clear();
  made.sentiment.clear();
  made.pending = true;
  made.stopped = false;
  return made;
}

SIMRUNS_INLINE timeline::timeline(std::shared_ptr<dataset const> runs, schedule told)
    : runs_{std::move(runs)}, told_{std::move(told)} {
  for (auto const& key : runs_->batches()) batches_.emplace(key, story(*runs_, key, told_));
}

SIMRUNS_INLINE std::uint64_t timeline::state_at(batch_key const& key, milliseconds time) const {
  auto const found = batches_.find(key);
  if (found == batches_.end()) return 0;
  auto const& changes = found->second.changes;
  auto const passed = std::upper_bound(changes.begin(), changes.end(), time) - changes.begin();
  return static_cast<std::uint64_t>(passed);
}

SIMRUNS_INLINE std::vector<stored_run const*> timeline::runs_at(batch_key const& key,
                                                                milliseconds time) const {
  std::vector<stored_run const*> there;
  auto const found = batches_.find(key);
  if (found == batches_.end()) return there;
  for (auto const& run : found->second.runs) {
    if (time < run.life.appears || time >= run.life.expires) continue;
    there.push_back(time < run.life.settles ? run.before.get() : run.after);
  }
  return there;
}

SIMRUNS_INLINE timeline::milliseconds timeline::end() const {
  milliseconds latest{0};
  for (auto const& [key, batch] : batches_) {
    if (!batch.changes.empty()) latest = std::max(latest, batch.changes.back());
  }
  return latest;
}

SIMRUNS_INLINE timeline::batch_story timeline::story(dataset const& runs, batch_key const& key,
                                                     schedule const& told) {
  batch_story made;
  auto const& all = runs.runs_of(key);
  auto const lives = lives_of(all, told);
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto const& life = lives[i];
    living_run run{life, all[i], nullptr};
    if (life.appears < life.settles && life.appears < life.expires) {
      run.before = std::make_unique<stored_run const>(pending(*all[i]));
    }
    for (auto const change : {life.appears, life.settles, life.expires}) {
      if (change != run_life::never) made.changes.push_back(change);
    }
    made.runs.push_back(std::move(run));
  }
  std::sort(made.changes.begin(), made.changes.end());
  return made;
}

}  // namespace simruns::simulator::detail
