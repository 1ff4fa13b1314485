#pragma once

#include "simruns/config.hpp"
#include "simruns/page/batch_info.hpp"
#include "simruns/page/detail/item_reader.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace simruns {

namespace detail {

inline constexpr std::array batch_members{
    item_member<batch_info>{"id", &batch_info::id},
    item_member<batch_info>{"referenceId", &batch_info::reference},
    item_member<batch_info>{"simulationReference", &batch_info::scenario},
    item_member<batch_info>{"name", &batch_info::name},
    item_member<batch_info>{"status", &batch_info::status},
    item_member<batch_info>{"runs", &batch_info::runs, item_kind::integer},
    item_member<batch_info>{"completedRuns", &batch_info::completed_runs, item_kind::integer},
    item_member<batch_info>{"failedRuns", &batch_info::failed_runs, item_kind::integer},
    item_member<batch_info>{"createdAt", &batch_info::created_at, item_kind::time},
    item_member<batch_info>{"startedAt", &batch_info::started_at, item_kind::time},
    item_member<batch_info>{"completedAt", &batch_info::completed_at, item_kind::time},
};

}  // namespace detail

SIMRUNS_INLINE batch_info batch_info::from_json(std::string_view json) {
  return detail::read_item<batch_info>(json, detail::batch_members);
}

SIMRUNS_INLINE batch_state batch_info::state() const noexcept {
  if (status) {
    if (*status == "IN_PROGRESS") return batch_state::in_progress;
    if (*status == "COMPLETED") return batch_state::completed;
    if (*status == "STOPPED") return batch_state::stopped;
    if (*status == "FAILED") return batch_state::failed;
    return batch_state::unknown;
  }
  bool const over = completed_at && completed_at->time_since_epoch().count() > 0;
  if (over) return batch_state::completed;
  auto const settled = settled_runs();
  if (!runs || !settled || *runs == 0) return batch_state::unknown;
  return *settled < *runs ? batch_state::in_progress : batch_state::completed;
}

SIMRUNS_INLINE std::optional<std::int64_t> batch_info::settled_runs() const noexcept {
  if ((!completed_runs && !failed_runs) || !has_sound_counts()) return std::nullopt;
  return completed_runs.value_or(0) + failed_runs.value_or(0);
}

SIMRUNS_INLINE bool batch_info::has_sound_counts() const noexcept {
  static constexpr std::int64_t most = std::int64_t{1} << 53;  // beyond it a sum might overflow
  auto const sound = [](maybe<std::int64_t> const& count) {
    return !count || (*count >= 0 && *count < most);
  };
  auto const is_of_a_count = [](item_issue const& noted) {
    return noted.path == "/runs" || noted.path == "/completedRuns" || noted.path == "/failedRuns";
  };
  return sound(runs) && sound(completed_runs) && sound(failed_runs) &&
         std::ranges::none_of(issues, is_of_a_count);
}

}  // namespace simruns
