#pragma once

#include "simruns/config.hpp"
#include "simruns/fwd.hpp"

#include <cstdint>

namespace simruns::detail {

/// Decides when a pass over a live batch is to begin at its first page. Such a pass is a sweep.
///
/// A pass that begins elsewhere does not see what appears or expires before it; the server's
/// `total` tells of it. Where one run appears and another expires between two polls, `total` says
/// nothing, so one pass in so many is a sweep in any case.
class sweeps {
 public:
  /// Takes that a pass begins, at the first page or elsewhere.
  void begin(bool from_first) noexcept;

  /// Takes that a page of the pass has come.
  void count_page() noexcept { ++pass_pages_; }

  /// Whether `total` asks for a sweep after a whole pass, which has had what `tally` counts.
  bool wanted(completeness const& tally) noexcept;

  /// Takes that the poll is over. True: the next one is to begin with a sweep, as it must where
  /// something is missing (`in_doubt`).
  bool next(bool in_doubt) noexcept;

  /// Takes that the next pass begins behind this many runs of the latest one.
  void skip(std::int64_t runs) noexcept { before_ += runs; }

 private:
  static constexpr std::uint64_t polls_without_sweep = 12;
  static constexpr std::uint64_t free_pages = 10;  ///< Pages that a sweep may always cost.

  bool wanted_after_sweep(std::int64_t elsewhere) noexcept;

  std::int64_t before_ = 0;   ///< Runs before the start of the pass, as `total` had it last.
  std::int64_t surplus_ = 0;  ///< Runs that `total` counts and that no page shows.
  std::int64_t doubt_ = 0;    ///< The surplus of the latest sweep.
  std::uint64_t pass_pages_ = 0;
  std::uint64_t sweep_pages_ = 0;  ///< Pages of the latest sweep.
  std::uint64_t since_polls_ = 0;  ///< Polls since the latest sweep.
  std::uint64_t since_pages_ = 0;  ///< Pages of the polls since the latest sweep.
  bool expired_before_ = false;    ///< Since the latest sweep, runs expired before the start.
  bool from_first_ = false;        ///< The pass under way is a sweep.
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/follow/impl/sweeps.ipp"
#endif
