#pragma once

#include "simruns/config.hpp"
#include "simruns/page/verdict.hpp"
#include "simruns/walk/detail/window_plan.hpp"

#include <algorithm>

namespace simruns::detail {

SIMRUNS_INLINE bool looks_settled(page const& latest) {
  return std::ranges::none_of(
      latest, [](run const& one) { return verdict_of(one) == verdict::pending || one.id.empty(); });
}

SIMRUNS_INLINE bool leads_on(page const& latest) {
  auto const& next = latest.pagination().next;
  return next && !next->empty();
}

SIMRUNS_INLINE std::string page_name(std::uint64_t number) {
  return "page " + std::to_string(number + 1);
}

SIMRUNS_INLINE bool window_plan::suits(list_query const& query, page const& first,
                                       std::uint64_t max_pages) {
  static constexpr std::int64_t few_pages = 4;  // so few come as soon by cursor
  auto const& paging = first.pagination();
  auto const size = static_cast<std::int64_t>(query.page_size());
  bool const more =
      paging.total && *paging.total > 0 && paging.has_next && *paging.has_next && leads_on(first);
  if (query.walk() == walk_mode::cursor || query.start() || !more || size < 2) return false;
  if (static_cast<std::int64_t>(first.size()) != size || !looks_settled(first)) return false;
  auto const total = *paging.total - query.skip();
  if (total <= size || static_cast<std::uint64_t>((total - 1) / (size - 1)) >= max_pages) {
    return false;
  }
  if (query.max_items() && *query.max_items() < total) return false;
  bool const wanted = query.walk() == walk_mode::windows;
  return wanted ||
         (query.sort() == "createdAt:asc" && query.skip() == 0 && total > few_pages * size);
}

SIMRUNS_INLINE window_plan::window_plan(list_query const& query, page const& first)
    : step_(query.page_size() - 1),
      skip_(query.skip()),
      total_(*first.pagination().total),
      pages_(static_cast<std::uint64_t>((total_ - skip_ - 2) / step_ + 1)),
      latest_id_(first[first.size() - 1].id) {}

SIMRUNS_INLINE page_start window_plan::after(std::uint64_t number, page const& latest,
                                             page_start const& own) const {
  if (is_last(number)) return own;
  return page_start::at_next(std::string(*latest.pagination().next));
}

SIMRUNS_INLINE std::int64_t window_plan::expected_size(std::uint64_t number) const {
  return std::min(step_ + 1, total_ - skip_ - static_cast<std::int64_t>(number) * step_);
}

SIMRUNS_INLINE std::optional<std::string> window_plan::total_moved(page const& latest) const {
  auto const& total = latest.pagination().total;
  if (total && *total == total_) return std::nullopt;
  return "the total moved from " + std::to_string(total_) + " to " +
         (total ? std::to_string(*total) : "none");
}

SIMRUNS_INLINE std::optional<std::string> window_plan::doubt(std::uint64_t number,
                                                             page const& latest,
                                                             run_tally const& seen) {
  if (auto moved = total_moved(latest)) return moved;
  auto const name = page_name(number);
  if (static_cast<std::int64_t>(latest.size()) != expected_size(number)) {
    return "runs in " + name + ": " + std::to_string(latest.size()) + ", not " +
           std::to_string(expected_size(number));
  }
  auto const& more = latest.pagination().has_next;
  if (more && *more == is_last(number)) return name + " is wrong about the pages after it";
  if (!is_last(number) && !leads_on(latest)) return name + " has no cursor to the one after it";
  if (!looks_settled(latest)) return "a run of " + name + " is pending";
  if (latest[0].id != latest_id_) {
    return name + " does not begin where " + page_name(number - 1) + " ended";
  }
  auto const is_known = [&](run const& one) { return seen.contains(one.id); };
  if (std::any_of(latest.begin() + 1, latest.end(), is_known)) {
    return "a run of " + name + " was there before";
  }
  latest_id_ = latest[latest.size() - 1].id;
  return std::nullopt;
}

}  // namespace simruns::detail
