#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/page/page.hpp"
#include "simruns/query/list_query.hpp"
#include "simruns/query/position.hpp"
#include "simruns/walk/detail/window_plan.hpp"
#include "simruns/walk/page_cursor.hpp"
#include "simruns/walk/walk_step.hpp"

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
  std::uint64_t number = 0;  ///< Which of the walk's pages, from 0.
  page_start start;

  page_wish() = default;
  page_wish(std::uint64_t n, page_start s) : number(n), start(std::move(s)) {}
};

/// Decides which pages a walk asks for, and what becomes of them: by cursor, or by windows where
/// the batch is settled and large, and back to the cursor, from the start, on any doubt. It has no
/// clock and no socket, and takes pages in any order:
///
///     simruns::walk_plan plan{query, max_pages};
///     while (!plan.done()) {
///       while (auto wish = plan.next_wish(8)) ask(*wish);
///       auto const [wish, page, requests] = next_answer();
///       plan.came(wish, page, requests);
///       while (plan.has_step()) use(plan.take());
///     }
class walk_plan {
 public:
  /// Throws: request_error (invalid_argument) if `query` cannot start where it says.
  walk_plan(list_query const& query, std::uint64_t max_pages)
      : asked_for_(query),
        max_pages_(max_pages),
        cursor_(query, max_pages),
        next_start_(cursor_.next()) {}

  /// The query as it is to be sent.
  list_query const& query() const noexcept { return cursor_.query(); }

  /// A page to ask for now, beside those under way. At most `ahead` pages are here or under way.
  std::optional<page_wish> next_wish(std::size_t ahead);

  /// Takes the page of a wish. False: pages that are still under way are of no use any more.
  bool came(page_wish const& wish, page const& latest, int requests);

  /// Takes that a wish was not fulfilled: it is made again.
  void missed(page_wish const& wish) {
    if (under_way_.erase(wish.number) != 0) again_.insert(wish.number);
  }

  /// Takes that nothing is under way any more.
  void all_missed() {
    again_.merge(under_way_);
    under_way_.clear();
  }

  /// Counts requests that brought no page.
  void count_requests(int requests) { cursor_.tally_.count_requests(requests); }

  bool has_step() const noexcept { return !ready_.empty(); }

  /// Requires: `has_step()`.
  walk_step take() {
    auto step = std::move(ready_.front());
    ready_.pop_front();
    return step;
  }

  /// Whether the page that the next step waits for is under way.
  bool head_under_way() const noexcept { return under_way_.contains(settled_); }

  /// Whether nothing more is to be asked for.
  bool done() const noexcept { return cursor_.done(); }

  /// The step after the last one. Its `next` is where the walk goes on.
  walk_step ended() const;

  /// Whether pages are asked for by their numbers, so that several may be under way.
  bool by_windows() const noexcept { return windows_.has_value(); }

 private:
  void push(page fresh, page whole, page_start start);
  bool settle();
  bool settle_one(page const& latest, int requests);
  bool restart(std::string doubt, page const& latest);

  struct arrival {
    page latest;
    int requests = 0;
  };

  list_query asked_for_;
  std::uint64_t max_pages_;
  page_cursor cursor_;
  std::optional<detail::window_plan> windows_;
  page_start next_start_;  ///< Start of the page that the next step is of, by cursor if it has one.
  bool restarted_ = false;
  std::uint64_t next_ = 0;     ///< The lowest number that was never asked for.
  std::uint64_t settled_ = 0;  ///< Pages below it are checked and counted.
  std::set<std::uint64_t> under_way_;
  std::set<std::uint64_t> again_;  ///< Pages to be asked for once more.
  std::map<std::uint64_t, arrival> arrived_;
  std::deque<walk_step> ready_;
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/walk/impl/walk_plan.ipp"
#endif
