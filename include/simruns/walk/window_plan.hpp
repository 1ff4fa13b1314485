#pragma once

#include "simruns/page/page.hpp"
#include "simruns/page/verdict.hpp"
#include "simruns/query/run_query.hpp"
#include "simruns/walk/run_tally.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

namespace simruns {

/// The pages of a batch by their numbers, so that they can be asked for side by side. Each begins
/// with the run that the one before it ends with: if a run came or went before that place in
/// between, another one stands there. So where all pages fit, no run slipped from one to another.
/// No clock, no socket.
class window_plan {
 public:
  /// Whether the batch whose first page is `first` may be read so: it must look settled, as runs
  /// that are pending change.
  static bool suits(run_query const& query, page const& first, std::uint64_t max_pages);

  /// Requires: `suits(query, first)`.
  window_plan(run_query const& query, page const& first);

  /// Pages in all, the first among them.
  std::uint64_t pages() const noexcept { return pages_; }

  page_start start(std::uint64_t number) const {
    return page_start::at_skip(skip_ + static_cast<std::int64_t>(number) * step_);
  }

  /// Where a walk goes on after a page, whatever moves: by its cursor, but from the last page,
  /// which may grow, at its own start.
  page_start after(std::uint64_t number, page const& got, page_start const& own) const {
    return is_last(number) ? own : page_start::at_next(std::string(*got.pagination().next));
  }

  /// Why the page `number` does not fit those before it, which `seen` has, if so. In order; from
  /// page 1 on.
  std::optional<std::string> doubt(std::uint64_t number, page const& got, run_tally const& seen);

 private:
  /// So few pages come as soon by cursor.
  static constexpr std::int64_t few_pages = 4;

  static bool is_settled(page const& got);
  static bool leads_on(page const& got) {
    auto const& next = got.pagination().next;
    return next && !next->empty();
  }
  bool is_last(std::uint64_t number) const noexcept { return number + 1 == pages_; }
  static std::string name(std::uint64_t number) { return "page " + std::to_string(number + 1); }
  std::int64_t expected_size(std::uint64_t number) const {
    return std::min(step_ + 1, total_ - skip_ - static_cast<std::int64_t>(number) * step_);
  }
  std::optional<std::string> total_moved(page const& got) const;

  std::int64_t step_;  ///< From page to page: one less than the runs of a page.
  std::int64_t skip_;
  std::int64_t total_;
  std::uint64_t pages_;
  std::string latest_id_;  ///< Of the last run of the page before.
};

inline bool window_plan::is_settled(page const& got) {
  return std::ranges::none_of(
      got, [](run const& one) { return verdict_of(one) == verdict::pending || one.id.empty(); });
}

inline bool window_plan::suits(run_query const& query, page const& first, std::uint64_t max_pages) {
  auto const& paging = first.pagination();
  auto const size = static_cast<std::int64_t>(query.page_size());
  bool const more =
      paging.total && *paging.total > 0 && paging.has_next && *paging.has_next && leads_on(first);
  if (query.walk() == walk_mode::cursor || query.start() || !more || size < 2) return false;
  if (static_cast<std::int64_t>(first.size()) != size || !is_settled(first)) return false;
  auto const total = *paging.total - query.skip();
  if (total <= size || static_cast<std::uint64_t>((total - 1) / (size - 1)) >= max_pages) {
    return false;
  }
  if (query.max_runs() && *query.max_runs() < total) return false;
  bool const wanted = query.walk() == walk_mode::windows;
  return wanted ||
         (query.sort() == "createdAt:asc" && query.skip() == 0 && total > few_pages * size);
}

inline window_plan::window_plan(run_query const& query, page const& first)
    : step_(query.page_size() - 1),
      skip_(query.skip()),
      total_(*first.pagination().total),
      pages_(static_cast<std::uint64_t>((total_ - skip_ - 2) / step_ + 1)),
      latest_id_(first[first.size() - 1].id) {}

inline std::optional<std::string> window_plan::total_moved(page const& got) const {
  auto const& total = got.pagination().total;
  if (total && *total == total_) return std::nullopt;
  return "the total moved from " + std::to_string(total_) + " to " +
         (total ? std::to_string(*total) : "none");
}

inline std::optional<std::string> window_plan::doubt(std::uint64_t number, page const& got,
                                                     run_tally const& seen) {
  if (auto moved = total_moved(got)) return moved;
  if (static_cast<std::int64_t>(got.size()) != expected_size(number)) {
    return "runs in " + name(number) + ": " + std::to_string(got.size()) + ", not " +
           std::to_string(expected_size(number));
  }
  auto const& more = got.pagination().has_next;
  if (more && *more == is_last(number)) return name(number) + " is wrong about the pages after it";
  if (!is_last(number) && !leads_on(got))
    return name(number) + " has no cursor to the one after it";
  if (!is_settled(got)) return "a run of " + name(number) + " is pending";
  if (got[0].id != latest_id_) {
    return name(number) + " does not begin where " + name(number - 1) + " ended";
  }
  auto const is_known = [&](run const& one) { return seen.contains(one.id); };
  if (std::any_of(got.begin() + 1, got.end(), is_known)) {
    return "a run of " + name(number) + " was there before";
  }
  latest_id_ = got[got.size() - 1].id;
  return std::nullopt;
}

}  // namespace simruns
