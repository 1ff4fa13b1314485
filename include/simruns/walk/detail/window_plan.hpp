#pragma once

#include "simruns/config.hpp"
#include "simruns/page/page.hpp"
#include "simruns/query/list_query.hpp"
#include "simruns/query/position.hpp"
#include "simruns/walk/detail/run_tally.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace simruns::detail {

/// The pages of a batch by their numbers, so that they can be asked for side by side.
///
/// Each page begins with the run that the page before it ends with. If a run came or went before
/// that point meanwhile, another run stands there. So where all pages fit, no run slipped from one
/// to another. It has no clock and no socket.
class window_plan {
 public:
  /// Whether the batch whose first page is `first` may be read so. It must look settled, as runs
  /// that are pending change.
  static bool suits(list_query const& query, page const& first, std::uint64_t max_pages);

  /// Requires: `suits(query, first)`.
  window_plan(list_query const& query, page const& first);

  /// How many pages there are in all, the first included.
  std::uint64_t pages() const noexcept { return pages_; }

  page_start start(std::uint64_t number) const {
    return page_start::at_skip(skip_ + static_cast<std::int64_t>(number) * step_);
  }

  /// Where a walk goes on after a page, whatever moves. That is its cursor, but for the last page,
  /// which may grow, its own start.
  page_start after(std::uint64_t number, page const& latest, page_start const& own) const;

  /// Why the page `number` does not fit the pages before it, whose runs `seen` has. Empty if it
  /// fits. Pages are given in order, from page 1 on.
  std::optional<std::string> doubt(std::uint64_t number, page const& latest, run_tally const& seen);

 private:
  bool is_last(std::uint64_t number) const noexcept { return number + 1 == pages_; }
  std::int64_t expected_size(std::uint64_t number) const;
  std::optional<std::string> total_moved(page const& latest) const;

  std::int64_t step_;  ///< From page to page: one less than the runs of a page.
  std::int64_t skip_;
  std::int64_t total_;
  std::uint64_t pages_;
  std::string latest_id_;  ///< The id of the last run of the page before.
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/walk/impl/window_plan.ipp"
#endif
