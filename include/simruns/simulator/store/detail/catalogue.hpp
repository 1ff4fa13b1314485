#pragma once

#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/stored_batch.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/data/stored_scenario.hpp"
#include "simruns/simulator/live/detail/batch_history.hpp"
#include "simruns/simulator/live/schedule.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace simruns::simulator::detail {

/// The scenarios and batches of a data set: those that were told of, and those that only runs name.
/// What is not told of a batch is made of its runs. Threads: any.
class catalogue {
 public:
  using milliseconds = std::chrono::milliseconds;

  /// `live` may be null: all runs are there, and settled.
  catalogue(dataset const& runs, schedule const* live);

  /// A batch, and how it goes on.
  struct known_batch {
    stored_batch told;  ///< As at the end of time, where `json` is empty.
    batch_history history;
    std::optional<std::int64_t> begin;  ///< The `createdAt` of its first run.
    std::set<std::string, std::less<>> end_point_types;

    /// The batch as it is at a time.
    stored_batch at(milliseconds time) const;
  };

  /// A scenario and its batches.
  struct known_scenario {
    stored_scenario told;
    std::vector<known_batch> batches;

    /// The batch of this reference, or else of this id. Null: there is none.
    known_batch const* find(std::string_view name) const;
  };

  /// The scenarios of a project, in the order of the data set.
  std::vector<known_scenario> const& of_project(std::string_view project) const;

  /// The scenario of this reference, or else of this id. Null: there is none.
  known_scenario const* find(std::string_view project, std::string_view name) const;

  /// The latest `createdAt` of a batch, in milliseconds since 1970.
  std::int64_t newest() const noexcept { return newest_; }

 private:
  known_batch batch_of(dataset const& runs, batch_key const& key, schedule const* live) const;

  std::map<std::string, std::vector<known_scenario>, std::less<>> projects_;
  std::int64_t newest_ = 0;
};

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/store/impl/catalogue.ipp"
#endif
