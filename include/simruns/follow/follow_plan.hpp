#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/follow/detail/losses.hpp"
#include "simruns/follow/detail/sweeps.hpp"
#include "simruns/follow/follow_options.hpp"
#include "simruns/follow/follow_status.hpp"
#include "simruns/page/batch_state.hpp"
#include "simruns/page/page.hpp"
#include "simruns/query/position.hpp"
#include "simruns/query/run_query.hpp"
#include "simruns/walk/id_set.hpp"
#include "simruns/walk/page_cursor.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace simruns {

/// Decides which page of a live batch to ask for next, which of its runs have newly settled, when a
/// poll is over, and which pending runs are lost. It has no clock and no socket:
///
///     for (simruns::follow_plan plan{query, options}; !plan.done(); pause()) {
///       for (plan.begin_poll(); plan.polling();) use(plan.accept(page_at(plan.next()), 1));
///     }
///
/// A poll reads from the earliest page that still holds a pending run, or else from the last page,
/// to the end. Such a page is named by the `next` cursor that led to it, which runs that expire
/// before it do not shift. The poll reads once more, from the first page, in four cases.
/// - A pending run did not come. A run that is missed twice in a row is lost.
/// - `total` counts more runs than are known: a run appeared before the page where the poll began.
/// - `total` counts fewer runs: some expired there, and may hide one that appeared. Over 1,000 runs
///   this waits until the polls since the latest look there have cost as much as the next will.
/// - The server refuses the cursor. This happens once a poll at the most.
///
/// Where one run appears and another expires between two polls, `total` says nothing. So after
/// twelve polls that began elsewhere, and have cost as much, a poll begins at the first page.
class follow_plan {
 public:
  /// Throws: request_error (invalid_argument) for a query that has a start, an end or an
  /// order of its own: a live batch is read in the order of its growth.
  follow_plan(run_query const& query, follow_options options,
              std::uint64_t max_pages = std::numeric_limits<std::uint64_t>::max());

  run_query const& query() const noexcept { return query_; }

  /// Requires: `!polling()`, `!done()`.
  void begin_poll();

  /// Whether a page of the poll is to be asked for.
  bool polling() const noexcept { return walk_.has_value(); }

  /// Where the next page of the poll starts. Requires: `polling()`.
  page_start const& next() const noexcept { return walk_->next(); }

  /// Takes the page that `next()` named and that cost `requests`. Gives the page with only the runs
  /// that have settled and were not given before.
  page accept(page const& latest, int requests);

  /// Takes that `next()` was refused, at the cost of its attempts. True: the poll goes on from the
  /// first page. False: the caller is to tell of the failure, and may ask for `next()` again.
  bool refused(request_failure const& failure);

  /// Takes what the batch says of itself. The first poll that begins after it was said that no more
  /// runs come, and that finds none pending, is the last.
  void note_batch(batch_state state, std::optional<std::int64_t> ordered) noexcept {
    batch_is_final_ = is_final(state);
    if (ordered) tally_.ordered = ordered;
  }

  /// Counts requests that brought no page.
  void count_requests(int requests) { tally_.requests += static_cast<std::uint64_t>(requests); }

  /// What was wrong with the pages of the poll, which goes on from the first page. It is told once.
  std::optional<request_failure> take_failure() { return std::exchange(failure_, std::nullopt); }

  /// Ends the following for a reason that the plan itself does not see: `idle` or `deadline`.
  void end(follow_end why) noexcept {
    if (done()) return;
    ended_ = why;
    walk_.reset();
  }

  bool done() const noexcept { return ended_ != follow_end::none; }
  follow_status status() const;

  /// The lost runs in the order of their loss; those of one poll by `sequence`.
  std::vector<lost_run> const& lost() const noexcept { return losses_.lost(); }

  /// A count that grows with each run that appears, settles or is lost.
  std::uint64_t changes() const noexcept { return changes_; }

 private:
  /// A page where a later pass may begin, and the runs from there to the next such page.
  struct stretch {
    page_start start;
    std::int64_t runs = 0;
  };

  void begin_pass(page_start const& start);
  void note_start(page_start const& start);
  bool take(run const& latest);
  void check_ends(run const& latest);
  void pass_over();
  bool miss_pending();
  void choose_start(bool in_doubt);
  bool enough() const noexcept;

  run_query query_;
  follow_options options_;
  std::uint64_t max_pages_;
  std::optional<page_cursor> walk_;  ///< The pass under way.
  page_start start_ = page_start::at_skip(0);
  std::vector<stretch> stretches_;  ///< Stretches of the latest pass.
  std::string batch_;               ///< The batch that the first run names.
  detail::losses losses_;
  detail::sweeps sweeps_;
  id_set settled_;
  std::optional<request_failure> failure_;
  std::uint64_t passes_ = 0;
  std::uint64_t changes_ = 0;
  std::int64_t unnamed_ = 0;
  bool batch_is_final_ = false;
  bool was_final_ = false;  ///< The batch was final when the poll began.
  bool repeated_ = false;   ///< The poll has made sure already, from the first page.
  bool restarted_ = false;  ///< The poll has had a cursor refused already.
  follow_status tally_;  ///< Only its counts of polls, pages and requests, `total` and `ordered`.
  follow_end ended_ = follow_end::none;
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/follow/impl/follow_plan.ipp"
#endif
