#pragma once

#include "simruns/error.hpp"
#include "simruns/page/page.hpp"
#include "simruns/query/run_query.hpp"
#include "simruns/walk/completeness.hpp"
#include "simruns/walk/page_cursor.hpp"
#include "simruns/walk/walk_step.hpp"
#include "simruns/walk/window_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace simruns {

/// A page that a walk asks for.
struct page_wish {
  std::uint64_t number = 0;  ///< Which of the walk's pages.
  page_start start;

  page_wish() = default;
  page_wish(std::uint64_t n, page_start s) : number(n), start(std::move(s)) {}
};

/// What a walk asks for and what becomes of it: by cursor, or by windows where the batch is settled
/// and large, and back to the cursor, from the start, on any doubt. No clock, no socket:
///
///     walk_plan plan{query, max_pages};
///     while (!plan.done()) {
///       while (auto wish = plan.next_wish(8)) ask(*wish);
///       ... plan.came(wish, page, requests), in any order ...
///       while (plan.has_step()) use(plan.take());
///     }
class walk_plan {
 public:
  walk_plan(run_query const& query, std::uint64_t max_pages)
      : asked_for_(query),
        max_pages_(max_pages),
        cursor_(query, max_pages),
        place_(cursor_.next()) {}

  /// The query as it is to be sent.
  run_query const& query() const noexcept { return cursor_.query(); }

  /// A page to ask for now, beside those under way; `ahead`: pages that may be here or under way.
  std::optional<page_wish> next_wish(std::size_t ahead);

  /// The page of a wish. False: what else is under way is of no use any more.
  bool came(page_wish const& wish, page const& got, int requests);

  /// A wish that was not fulfilled is made again.
  void missed(page_wish const& wish) {
    if (under_way_.erase(wish.number) != 0) again_.insert(wish.number);
  }

  /// Nothing is under way any more.
  void all_missed() {
    again_.merge(under_way_);
    under_way_.clear();
  }

  void count_requests(int requests) { cursor_.tally().count_requests(requests); }

  bool has_step() const noexcept { return !ready_.empty(); }

  /// Requires: `has_step()`.
  walk_step take() {
    auto step = std::move(ready_.front());
    ready_.pop_front();
    return step;
  }

  /// The page that the next step waits for is under way.
  bool head_under_way() const noexcept { return under_way_.contains(settled_); }

  /// Nothing more is to be asked for.
  bool done() const noexcept { return cursor_.done(); }

  /// The step after the last one; its `next` is where the walk goes on.
  walk_step ended() const;

  /// Pages are asked for by their numbers, and so may be several at a time.
  bool by_windows() const noexcept { return windows_.has_value(); }

 private:
  void push(page fresh, page whole, page_start start);
  bool settle();
  bool settle_one(page const& got, int requests);
  bool restart(std::string doubt, page const& got);

  struct arrival {
    page got;
    int requests = 0;
  };

  run_query asked_for_;
  std::uint64_t max_pages_;
  page_cursor cursor_;
  std::optional<window_plan> windows_;
  page_start place_;  ///< Of the page that the next step is of, by cursor where there is one.
  bool restarted_ = false;
  std::uint64_t next_ = 0;     ///< The lowest number that was never asked for.
  std::uint64_t settled_ = 0;  ///< Pages below it are checked and counted.
  std::set<std::uint64_t> under_way_;
  std::set<std::uint64_t> again_;  ///< To be asked for once more.
  std::map<std::uint64_t, arrival> arrived_;
  std::deque<walk_step> ready_;
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/walk/impl/walk_plan.ipp"
#endif
