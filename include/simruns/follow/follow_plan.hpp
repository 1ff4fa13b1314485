#pragma once

#include "simruns/error.hpp"
#include "simruns/follow/follow_options.hpp"
#include "simruns/page/page.hpp"
#include "simruns/page/verdict.hpp"
#include "simruns/query/run_query.hpp"
#include "simruns/walk/id_set.hpp"
#include "simruns/walk/page_cursor.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace simruns {

/// Decides which page of a live batch to ask for next, what of it has newly settled, when a poll is
/// over, and which pending runs are lost. No clock, no socket:
///
///     for (follow_plan plan{query, options}; !plan.done(); pause()) {
///       for (plan.begin_poll(); plan.polling();) use(plan.accept(page_at(plan.next()), 1));
///     }
///
/// A poll reads from the earliest page that still holds a pending run, or else from the last page,
/// to the end. Such a page is named by the `next` cursor that led to it, which runs that expire
/// before it do not shift. It begins once more, from the first page, when
/// - a pending run did not come: one that is missed twice in a row is lost;
/// - `total` counts more runs than are known: one appeared before the page where the poll began;
/// - `total` counts fewer: runs expired there, and may hide one that appeared. Over 1,000 runs this
///   waits until the polls since the latest look there have cost as much as the next will;
/// - the server refuses the cursor (once a poll).
/// Where one run appears and another expires between two polls, `total` says nothing: after twelve
/// polls that began elsewhere, and have cost as much, one begins at the first page in any case.
class follow_plan {
 public:
  /// Throws: request_error (invalid_argument) for a query that has a place to start, an end or an
  /// order of its own: a live batch is read in the order of its growth.
  follow_plan(run_query const& query, follow_options options,
              std::uint64_t max_pages = std::numeric_limits<std::uint64_t>::max());

  run_query const& query() const noexcept { return query_; }

  /// Requires: `!polling()`, `!done()`.
  void begin_poll();

  /// Whether a page of the poll is to be asked for.
  bool polling() const noexcept { return walk_.has_value(); }

  /// Requires: `polling()`.
  page_start const& next() const noexcept { return walk_->next(); }

  /// Takes the page that `next()` named, which cost `requests`; gives the runs of it that have
  /// settled and were not given before.
  page accept(page const& got, int requests);

  /// Takes that `next()` was refused, at the cost of its attempts. True: the poll goes on from the
  /// first page. False: it is for the caller to tell; `next()` is to be asked for again.
  bool refused(request_failure const& failure);

  /// What was wrong with the pages of the poll, once; it goes on from the first page.
  std::optional<request_failure> take_failure() { return std::exchange(failure_, std::nullopt); }

  /// An end that the plan itself does not see: `idle`, `deadline`.
  void end(follow_end why) noexcept {
    if (done()) return;
    ended_ = why;
    walk_.reset();
  }

  bool done() const noexcept { return ended_ != follow_end::none; }
  follow_status status() const;
  /// In the order of their loss; of one poll, by `sequence`.
  std::vector<lost_run> const& lost() const noexcept { return lost_; }

  /// Grows with each run that appears, settles or is lost.
  std::uint64_t changes() const noexcept { return changes_; }

 private:
  struct pending_run {
    std::size_t stretch = 0;  ///< Of the latest pass.
    std::uint64_t pass = 0;   ///< The latest that saw it.
    std::uint64_t poll = 0;   ///< Likewise.
    int misses = 0;           ///< Passes since then.
    std::optional<std::int64_t> sequence;
    std::optional<time_point> expires_at;
  };
  /// Where a pass may begin again, and the runs from there to the next such place.
  struct stretch {
    page_start start;
    std::int64_t runs = 0;
  };

  void begin_pass(page_start const& start);
  void note_start(page_start const& start);
  bool take(run const& latest);
  void forget_loss(std::string_view id);
  void check_ends(run const& latest);
  void pass_over();
  bool miss_pending();
  bool total_counts_more(completeness const& tally);
  void choose_start(bool from_first);
  bool enough() const noexcept {
    return options_.until_count() && accounted() >= *options_.until_count();
  }
  std::int64_t accounted() const noexcept {
    return static_cast<std::int64_t>(settled_.size() + lost_.size());
  }

  static constexpr int most_misses = 2;
  static constexpr std::uint64_t polls_without_sweep = 12;
  static constexpr std::uint64_t free_pages = 10;  ///< That a sweep may always cost.

  run_query query_;
  follow_options options_;
  std::uint64_t max_pages_;
  std::optional<page_cursor> walk_;  ///< The pass under way.
  page_start start_ = page_start::at_skip(0);
  std::vector<stretch> stretches_;  ///< Of the pass.
  std::map<std::string, pending_run, std::less<>> pending_;
  id_set settled_;
  id_set lost_once_;  ///< Every id that was ever in `lost_`.
  std::vector<lost_run> lost_;
  std::optional<request_failure> failure_;
  std::int64_t before_ = 0;   ///< Runs before `start_`, as `total` had it last.
  std::int64_t surplus_ = 0;  ///< Runs that `total` counts and no page shows.
  std::int64_t doubt_ = 0;    ///< Surplus of the latest pass from the first page.
  std::uint64_t passes_ = 0;
  std::uint64_t pass_pages_ = 0;
  std::uint64_t sweep_pages_ = 0;  ///< What a pass from the first page cost last,
  std::uint64_t since_polls_ = 0;  ///< and the polls since then,
  std::uint64_t since_pages_ = 0;  ///< and their pages.
  std::uint64_t changes_ = 0;
  std::int64_t unnamed_ = 0;
  bool expired_before_ = false;  ///< `total` fell before `start_` since the latest sweep.
  bool from_first_ = false;      ///< The pass began at the first page.
  bool repeated_ = false;        ///< The poll made sure already, from the first page.
  bool restarted_ = false;       ///< The poll had a cursor refused already.
  follow_status tally_;          ///< Its counts of polls, pages and requests, and `total`.
  follow_end ended_ = follow_end::none;
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/follow/impl/follow_plan.ipp"
#endif
