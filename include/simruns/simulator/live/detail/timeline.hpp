#pragma once

#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/live/schedule.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace simruns::simulator::detail {

/// Makes a run as it is before its conversation is over: without turns, metrics and duration.
stored_run pending(stored_run const& settled);

/// The runs of a data set as they come, settle and go. Threads: any.
class timeline {
 public:
  using milliseconds = std::chrono::milliseconds;

  timeline(std::shared_ptr<dataset const> runs, schedule told);

  /// What the runs come, settle and go by.
  schedule const& told() const noexcept { return told_; }

  /// The number of the state of a batch at a time. It is another one whenever anything has changed.
  std::uint64_t state_at(batch_key const& key, milliseconds time) const;

  /// The runs of a batch that are there at a time, as they are then.
  std::vector<stored_run const*> runs_at(batch_key const& key, milliseconds time) const;

  /// The time after which nothing changes any more.
  milliseconds end() const;

 private:
  struct living_run {
    run_life life;
    stored_run const* after;
    std::unique_ptr<stored_run const> before;  ///< Null: the run is never pending.
  };

  struct batch_story {
    std::vector<living_run> runs;
    std::vector<milliseconds> changes;  ///< The times of all changes, ascending.
  };

  static batch_story story(dataset const& runs, batch_key const& key, schedule const& told);

  std::shared_ptr<dataset const> runs_;
  schedule told_;
  std::map<batch_key, batch_story> batches_;
};

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/live/impl/timeline.ipp"
#endif
