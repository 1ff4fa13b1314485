#pragma once

#include "simruns/simulator/data/detail/random.hpp"
#include "simruns/simulator/faults/delay.hpp"
#include "simruns/simulator/faults/fault.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace simruns::simulator {

/// At most so many requests in each window of time; the others get a 429, or what the rule says
/// instead, with a `Retry-After` that names the next window unless the rule names another.
struct rate_limit {
  std::uint64_t requests = 0;  ///< Zero: no limit.
  std::chrono::milliseconds per{60'000};
};

/// When something goes wrong (all of the first members that are set must hold), and what.
struct fault_rule {
  std::vector<std::uint64_t> requests;  ///< One of these requests, counted from 1. Empty: any.
  std::uint64_t every = 0;              ///< Each request whose number is a multiple. Zero: any.
  std::uint64_t page = 0;               ///< A page of a batch, counted from 1. Zero: any answer.
  std::string batch;                    ///< A batch, by its reference. Empty: any.
  double chance = 1;                    ///< Of each request that the rest lets through; 0 to 1.
  std::uint64_t times = 0;              ///< How often at most. Zero: no limit.

  fault what;
  delay_draw delay;  ///< On top of `what.delay`.
  rate_limit limit;
};

/// Rules that are asked in their order: delays add up, oddities of a page come together, and of
/// answers, resets and truncations the first counts. What `chance` and delays draw depends on the
/// seed, the rule and the number of the request alone, so the same requests meet the same faults.
/// A `fault_hook`; copies share their counts. Threads: any.
class fault_script {
 public:
  /// Milliseconds that only grow; what rate limits are measured by.
  using clock = std::function<std::chrono::milliseconds()>;

  explicit fault_script(std::uint64_t seed = 0, clock now = steady_now)
      : state_{std::make_shared<state>()} {
    state_->seed = seed;
    state_->now = std::move(now);
  }

  /// Not while requests are answered.
  fault_script& add(fault_rule rule) {
    state_->rules.push_back(std::move(rule));
    state_->counts.emplace_back();
    return *this;
  }

  std::size_t size() const noexcept { return state_->rules.size(); }

  /// What goes wrong with a request, if anything does.
  std::optional<fault> operator()(request_facts const& request) const {
    std::scoped_lock const lock{state_->mutex};
    std::optional<fault> all;
    for (std::size_t i = 0; i < state_->rules.size(); ++i) {
      auto found = state_->ask(i, request);
      if (found) merge(all, std::move(*found));
    }
    return all;
  }

  static std::chrono::milliseconds steady_now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
  }

 private:
  struct count {
    std::uint64_t used = 0;
    std::optional<std::chrono::milliseconds> window;  ///< Its start.
    std::uint64_t in_window = 0;
  };

  struct state {
    std::uint64_t seed = 0;
    clock now;
    std::vector<fault_rule> rules;
    std::vector<count> counts;
    std::mutex mutex;

    std::optional<fault> ask(std::size_t index, request_facts const& request) {
      auto const& rule = rules[index];
      if (!is_meant(rule, request)) return std::nullopt;
      random_source random{
          random_source::combine(random_source::combine(seed, index), request.number)};
      if (random.fraction() >= rule.chance) return std::nullopt;
      auto& seen = counts[index];
      if (rule.times != 0 && seen.used >= rule.times) return std::nullopt;
      auto what = rule.what;
      if (rule.limit.requests != 0) {
        auto const wait = beyond(rule.limit, seen);
        if (!wait) return std::nullopt;
        if (what.what == fault::kind::none) {
          what.what = fault::kind::answer;
          what.status = 429;
        }
        if (!what.retry_after) what.retry_after = *wait;
      }
      ++seen.used;
      what.delay += rule.delay.draw(random);
      return what;
    }

    /// How long to wait for the next window; nothing if this request is within the limit.
    std::optional<std::chrono::seconds> beyond(rate_limit const& limit, count& seen) const {
      auto const at = now();
      if (!seen.window || at - *seen.window >= limit.per) {
        seen.window = at;
        seen.in_window = 0;
      }
      if (++seen.in_window <= limit.requests) return std::nullopt;
      return std::chrono::ceil<std::chrono::seconds>(*seen.window + limit.per - at);
    }
  };

  static bool is_meant(fault_rule const& rule, request_facts const& request) {
    auto const& numbers = rule.requests;
    if (!numbers.empty() &&
        std::find(numbers.begin(), numbers.end(), request.number) == numbers.end()) {
      return false;
    }
    if (rule.every != 0 && request.number % rule.every != 0) return false;
    if (rule.page != 0 && request.page != rule.page) return false;
    return rule.batch.empty() || rule.batch == request.batch;
  }

  static void merge(std::optional<fault>& all, fault more) {
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

  static page_edit merged(page_edit first, page_edit const& more) {
    if (!first.total) first.total = more.total;
    if (!first.has_next) first.has_next = more.has_next;
    first.total_add += more.total_add;
    first.repeat_cursor = first.repeat_cursor || more.repeat_cursor;
    first.drop_cursor = first.drop_cursor || more.drop_cursor;
    first.mutations.insert(first.mutations.end(), more.mutations.begin(), more.mutations.end());
    return first;
  }

  std::shared_ptr<state> state_;
};

}  // namespace simruns::simulator
