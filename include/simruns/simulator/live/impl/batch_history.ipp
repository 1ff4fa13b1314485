#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/live/detail/batch_history.hpp"
#include "simruns/simulator/live/detail/run_lives.hpp"
#include "simruns/simulator/live/schedule.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <vector>

namespace simruns::simulator::detail {

/// Whether a run was created before another one; of two at the same time, by their order.
inline bool is_earlier(stored_run const* a, stored_run const* b) {
  return std::tie(a->created_at, a->sequence, a->number) <
         std::tie(b->created_at, b->sequence, b->number);
}

inline std::int64_t passed(std::vector<batch_history::milliseconds> const& times,
                           batch_history::milliseconds now) {
  return std::upper_bound(times.begin(), times.end(), now) - times.begin();
}

SIMRUNS_INLINE batch_history::batch_history(std::vector<stored_run const*> const& runs,
                                            schedule const* live) {
  auto const lives = lives_of(runs, live == nullptr ? schedule{} : *live);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    auto const& life = lives[i];
    auto const expires = live == nullptr ? run_life::never : life.expires;
    begin_ = std::min(begin_, life.appears);
    end_ = std::max(end_, runs[i]->pending ? run_life::never : std::min(life.settles, expires));
    if (runs[i]->pending || life.settles > expires) continue;
    auto& times = runs[i]->status == "ERROR" ? failed_ : completed_;
    times.push_back(life.settles);
  }
  std::sort(completed_.begin(), completed_.end());
  std::sort(failed_.begin(), failed_.end());
  if (!runs.empty()) stopped_ = (*std::max_element(runs.begin(), runs.end(), is_earlier))->stopped;
}

SIMRUNS_INLINE batch_progress batch_history::at(milliseconds time) const {
  batch_progress made;
  made.status = time < end_ ? "IN_PROGRESS" : final_status();
  made.completed_runs = passed(completed_, time);
  made.failed_runs = passed(failed_, time);
  if (begin_ <= time) made.started = begin_;
  if (begin_ <= time && end_ <= time) made.completed = end_;
  return made;
}

SIMRUNS_INLINE std::string_view batch_history::final_status() const {
  if (stopped_) return "STOPPED";
  return completed_.empty() && !failed_.empty() ? "FAILED" : "COMPLETED";
}

}  // namespace simruns::simulator::detail
