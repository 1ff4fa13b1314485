#pragma once

#include "simruns/config.hpp"
#include "simruns/follow/detail/sweeps.hpp"
#include "simruns/walk/completeness.hpp"

#include <algorithm>

namespace simruns::detail {

SIMRUNS_INLINE void sweeps::begin(bool from_first) noexcept {
  pass_pages_ = 0;
  from_first_ = from_first;
  if (from_first) before_ = 0;
}

SIMRUNS_INLINE bool sweeps::wanted(completeness const& tally) noexcept {
  if (!tally.total_last) return false;
  auto const total = *tally.total_last;
  auto const elsewhere = total > tally.received ? total - tally.received : 0;
  if (from_first_) return wanted_after_sweep(elsewhere);
  // Of `before_`, as far as `surplus_` leaves it: their sum may be more than a number holds.
  auto const counted = elsewhere - surplus_;
  if (counted > before_) return true;
  expired_before_ = expired_before_ || counted < before_;
  before_ = std::max<std::int64_t>(counted, 0);
  return expired_before_ && since_pages_ + pass_pages_ + free_pages >= sweep_pages_;
}

SIMRUNS_INLINE bool sweeps::wanted_after_sweep(std::int64_t elsewhere) noexcept {
  expired_before_ = false;
  // Twice the same is not a run that came in meanwhile, but what `total` means here.
  bool const believed = elsewhere <= surplus_ || elsewhere == doubt_;
  doubt_ = elsewhere;
  if (believed) surplus_ = elsewhere;
  return !believed;
}

SIMRUNS_INLINE bool sweeps::next(bool in_doubt) noexcept {
  since_polls_ = from_first_ ? 0 : since_polls_ + 1;
  since_pages_ = from_first_ ? 0 : since_pages_ + pass_pages_;
  if (from_first_) sweep_pages_ = pass_pages_;
  return in_doubt || (since_polls_ >= polls_without_sweep && since_pages_ >= sweep_pages_);
}

}  // namespace simruns::detail
