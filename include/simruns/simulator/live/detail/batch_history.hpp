#pragma once

#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/live/schedule.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace simruns::simulator::detail {

/// How far a batch has come. Runs that have expired count as they did before.
struct batch_progress {
  std::string_view status;          ///< A status of the contract.
  std::int64_t completed_runs = 0;  ///< The runs that have settled without `ERROR`.
  std::int64_t failed_runs = 0;     ///< The runs that have settled with `ERROR`.
  std::optional<std::chrono::milliseconds> started;    ///< When its first run appeared.
  std::optional<std::chrono::milliseconds> completed;  ///< When its last run settled or expired.
};

/// How a batch comes to its end, by the lives of its runs.
class batch_history {
 public:
  using milliseconds = std::chrono::milliseconds;

  /// The time of a batch that is not live: all that ever happens has happened.
  static constexpr milliseconds end_of_time = run_life::never - milliseconds{1};

  /// `live` may be null: all runs are there, settle by their own times, and never expire.
  batch_history(std::vector<stored_run const*> const& runs, schedule const* live);

  batch_progress at(milliseconds time) const;

 private:
  /// The status at the end.
  std::string_view final_status() const;

  std::vector<milliseconds> completed_;  ///< When runs settle without `ERROR`, ascending.
  std::vector<milliseconds> failed_;     ///< When runs settle with `ERROR`, ascending.
  milliseconds begin_ = run_life::never;
  milliseconds end_{0};
  bool stopped_ = false;  ///< Whether the run that was created last was stopped.
};

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/live/impl/batch_history.ipp"
#endif
