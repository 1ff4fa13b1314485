#pragma once

#include "simruns/simulator/faults/script_error.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator {

struct stored_run;

/// The life of a run, in the time of a virtual clock.
struct run_life {
  /// A time that never comes.
  static constexpr std::chrono::milliseconds never = std::chrono::milliseconds::max();

  std::chrono::milliseconds appears{0};       ///< The run is there from then on. Default 0.
  std::chrono::milliseconds settles{0};       ///< The run is pending until then. Default 0.
  std::chrono::milliseconds expires = never;  ///< The run is gone from then on. Default never.
};

/// Tells the life of each run. What is not set comes from the run's own times: the first run of a
/// batch appears at zero, the others appear by their `createdAt`, and each settles after its
/// `duration` and expires at its `expiresAt`.
class schedule {
 public:
  using milliseconds = std::chrono::milliseconds;

  /// The time from one run of a batch to the next, in the order of the data.
  std::optional<milliseconds> appear_every;
  /// The least and the longest time from appearing to settling. A seed draws from this range.
  std::optional<std::pair<milliseconds, milliseconds>> settle_after;
  /// The time from appearing to expiring.
  std::optional<milliseconds> expire_after;
  /// The lives of single runs, by their ids.
  std::map<std::string, run_life, std::less<>> runs;
  /// The seed of `settle_after`. Default 0.
  std::uint64_t seed = 0;

  /// The `createdAt` of a run that has one, in milliseconds since 1970. A number nearer to zero
  /// than 10^11 counts as seconds.
  static std::int64_t created_at(stored_run const& run);

  /// The life of the run at `index` of its batch. `first` is the least `created_at` of the batch.
  run_life life_of(stored_run const& run, std::size_t index,
                   std::optional<std::int64_t> first) const;

 private:
  milliseconds settling_time(stored_run const& run) const;
};

/// Reads `{"appear_every": 2, "settle_after": [5, 60], "expire_after": 3600, "seed": 7, "runs":
/// {"<id>": {"appears": 0, "settles": 10, "expires": 20}}}`. All of it is optional, and times are
/// in seconds. Throws: script_error.
schedule read_schedule(std::string_view json);

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/live/impl/schedule.ipp"
#endif
