#pragma once

#include "simruns/config.hpp"
#include "simruns/follow/follow_status.hpp"
#include "simruns/page/run.hpp"
#include "simruns/walk/id_set.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simruns::detail {

/// When and where a pending run was seen.
struct sighting {
  std::uint64_t poll = 0;
  std::uint64_t pass = 0;
  std::size_t stretch = 0;  ///< Which stretch of the pass.
};

/// The pending runs of a live batch, and those of them that are lost: a run that two passes in a
/// row miss is lost.
class losses {
 public:
  /// Takes note of a pending run. True: it was not pending before.
  bool see(run const& pending, sighting const& at);

  /// Forgets a run that has settled.
  void settle(std::string_view id);

  /// Takes that a run is there again, and so was not lost.
  void forget(std::string_view id);

  /// Counts what a whole pass, of this number in this poll, has missed. True: a run was missed that
  /// is not yet taken for lost.
  bool miss(std::uint64_t pass, std::uint64_t poll);

  /// The first stretch of the latest pass that holds a pending run, or else `last`.
  std::size_t earliest(std::size_t last) const noexcept;

  std::size_t pending() const noexcept { return pending_.size(); }

  /// The lost runs in the order of their loss; those of one poll by `sequence`.
  std::vector<lost_run> const& lost() const noexcept { return lost_; }

 private:
  struct pending_run {
    sighting latest;
    int misses = 0;  ///< Passes since `latest`.
    std::optional<std::int64_t> sequence;
    std::optional<time_point> expires_at;
  };

  void lose(std::string const& id, pending_run const& gone, std::uint64_t poll);

  std::map<std::string, pending_run, std::less<>> pending_;
  id_set lost_once_;  ///< Every id that was ever in `lost_`.
  std::vector<lost_run> lost_;
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/follow/impl/losses.ipp"
#endif
