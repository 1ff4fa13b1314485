#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/detail/random.hpp"
#include "simruns/simulator/faults/delay.hpp"
#include "simruns/simulator/faults/fault.hpp"
#include "simruns/simulator/faults/fault_script.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace simruns::simulator {

namespace detail {

inline bool is_meant(fault_rule const& rule, request_facts const& request) {
  if (rule.on != request.what) return false;
  auto const& numbers = rule.requests;
  if (!numbers.empty() &&
      std::find(numbers.begin(), numbers.end(), request.number) == numbers.end()) {
    return false;
  }
  if (rule.every != 0 && request.number % rule.every != 0) return false;
  if (rule.page != 0 && request.page != rule.page) return false;
  return rule.batch.empty() || rule.batch == request.batch;
}

inline page_edit merged(page_edit first, page_edit const& more) {
  if (!first.total) first.total = more.total;
  if (!first.has_next) first.has_next = more.has_next;
  first.total_add += more.total_add;
  first.repeat_cursor = first.repeat_cursor || more.repeat_cursor;
  first.drop_cursor = first.drop_cursor || more.drop_cursor;
  first.mutations.insert(first.mutations.end(), more.mutations.begin(), more.mutations.end());
  return first;
}

inline void merge(std::optional<fault>& all, fault more) {
  if (!all) {
    all = std::move(more);
    return;
  }
  auto const earlier = std::move(*all);
  bool const keeps = earlier.what != fault::kind::none;
  all = keeps ? earlier : more;
  all->delay = earlier.delay + more.delay;
  auto const& slow = earlier.drip_bytes != 0 ? earlier : more;
  all->drip_bytes = slow.drip_bytes;
  all->drip_every = slow.drip_every;
  all->content_length = earlier.content_length ? earlier.content_length : more.content_length;
  all->content_length_add = earlier.content_length_add + more.content_length_add;
  all->edit = merged(earlier.edit, more.edit);
}

}  // namespace detail

/// The rules and how often each of them has applied. All copies of a script share it.
struct fault_script::state {
  struct count {
    std::uint64_t used = 0;
    std::optional<std::chrono::milliseconds> window;  ///< Its start.
    std::uint64_t in_window = 0;
  };

  std::optional<fault> ask(std::size_t index, request_facts const& request);

  /// How long to wait for the next window; nothing if this request is within the limit.
  std::optional<std::chrono::seconds> beyond(rate_limit const& limit, count& seen) const;

  std::uint64_t seed = 0;
  clock now;
  std::vector<fault_rule> rules;
  std::vector<count> counts;
  std::mutex mutex;
};

SIMRUNS_INLINE std::optional<fault> fault_script::state::ask(std::size_t index,
                                                             request_facts const& request) {
  auto const& rule = rules[index];
  if (!detail::is_meant(rule, request)) return std::nullopt;
  detail::random_source random{
      detail::random_source::combine(detail::random_source::combine(seed, index), request.number)};
  if (random.fraction() >= rule.chance) return std::nullopt;
  auto& seen = counts[index];
  if (rule.times != 0 && seen.used >= rule.times) return std::nullopt;
  auto what = rule.what;
  if (rule.limit.requests != 0) {
    auto const wait = beyond(rule.limit, seen);
    if (!wait) return std::nullopt;
    if (what.what == fault::kind::none) {
      what.what = fault::kind::response;
      what.status = 429;
    }
    if (!what.retry_after) what.retry_after = *wait;
  }
  ++seen.used;
  what.delay += rule.delay.draw(random);
  return what;
}

SIMRUNS_INLINE std::optional<std::chrono::seconds> fault_script::state::beyond(
    rate_limit const& limit, count& seen) const {
  auto const at = now();
  if (!seen.window || at - *seen.window >= limit.per) {
    seen.window = at;
    seen.in_window = 0;
  }
  if (++seen.in_window <= limit.requests) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(*seen.window + limit.per - at);
}

SIMRUNS_INLINE fault_script::fault_script(std::uint64_t seed, clock now)
    : state_{std::make_shared<state>()} {
  state_->seed = seed;
  state_->now = std::move(now);
}

SIMRUNS_INLINE fault_script& fault_script::add(fault_rule rule) {
  state_->rules.push_back(std::move(rule));
  state_->counts.emplace_back();
  return *this;
}

SIMRUNS_INLINE std::size_t fault_script::size() const noexcept { return state_->rules.size(); }

SIMRUNS_INLINE std::optional<fault> fault_script::operator()(request_facts const& request) const {
  std::scoped_lock const lock{state_->mutex};
  std::optional<fault> all;
  for (std::size_t i = 0; i < state_->rules.size(); ++i) {
    auto found = state_->ask(i, request);
    if (found) detail::merge(all, std::move(*found));
  }
  return all;
}

SIMRUNS_INLINE std::chrono::milliseconds fault_script::steady_now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace simruns::simulator
