#pragma once

#include "simruns/config.hpp"
#include "simruns/walk/walk_plan.hpp"

#include <utility>

namespace simruns {

SIMRUNS_INLINE std::optional<page_wish> walk_plan::next_wish(std::size_t ahead) {
  auto const here = under_way_.size() + arrived_.size() + ready_.size();
  // What all that is here waits for is asked for in any case: a pace may have slowed down since.
  bool const is_waited_for = again_.contains(settled_) && ready_.empty();
  if (done() || (here >= ahead && !is_waited_for)) return std::nullopt;
  auto number = next_;
  if (!again_.empty()) {
    number = *again_.begin();
  } else if (windows_ ? next_ == windows_->pages() : !under_way_.empty()) {
    return std::nullopt;
  }
  if (again_.erase(number) == 0) ++next_;
  under_way_.insert(number);
  return page_wish(number, windows_ ? windows_->start(number) : cursor_.next());
}

SIMRUNS_INLINE bool walk_plan::came(page_wish const& wish, page const& latest, int requests) {
  under_way_.erase(wish.number);
  if (windows_) {
    arrived_.emplace(wish.number, arrival{latest, requests});
    return settle();
  }
  auto const start = cursor_.next();
  auto fresh = cursor_.accept(latest, requests);
  next_start_ = cursor_.next();
  push(std::move(fresh), latest, start);
  settled_ = next_;
  bool const first = wish.number == 0 && !restarted_ && !done();
  bool const whole = has_step() && ready_.back().fresh.size() == latest.size();
  if (first && whole && detail::window_plan::suits(query(), latest, max_pages_)) {
    windows_.emplace(query(), latest);
    cursor_.tally_.state().walk = walk_kind::windows;
    ready_.back().tally = cursor_.completeness();
  }
  return true;
}

/// A walk that was restarted gives steps without runs, too: they move its position. So does a page
/// of bad runs only, if they are new.
SIMRUNS_INLINE void walk_plan::push(page fresh, page whole, page_start start) {
  auto bad = cursor_.tally_.take_bad_runs();
  if (fresh.empty() && !restarted_ && bad.empty()) return;
  walk_step step;
  step.bad_runs = std::move(bad);
  step.fresh = std::move(fresh);
  step.whole = std::move(whole);
  step.start = std::move(start);
  step.next = next_start_;
  step.tally = cursor_.completeness();
  ready_.push_back(std::move(step));
}

/// Takes the pages that have arrived, in order.
SIMRUNS_INLINE bool walk_plan::settle() {
  for (auto next = arrived_.begin(); next != arrived_.end() && next->first == settled_;
       next = arrived_.begin()) {
    auto const arrived = std::move(next->second);
    arrived_.erase(next);
    if (!settle_one(arrived.latest, arrived.requests)) return false;
  }
  return true;
}

SIMRUNS_INLINE bool walk_plan::settle_one(page const& latest, int requests) {
  auto& tally = cursor_.tally_;
  auto doubt = windows_->doubt(settled_, latest, tally);
  // The walk by cursor then tells of it as an error.
  if (!doubt && query().strict() && tally.first_foreign(latest)) doubt = "a run of another batch";
  if (doubt) {
    tally.count(latest, requests);
    return restart(*std::move(doubt), latest);
  }
  tally.count(latest, requests);
  auto const start = std::exchange(next_start_, windows_->after(settled_, latest, next_start_));
  auto fresh = tally.only_new(latest, 1, false);
  bool const twice = fresh.size() + 1 != latest.size();
  push(std::move(fresh), latest, start);
  if (twice) return restart("a run came twice in a page", latest);
  if (++settled_ == windows_->pages()) {
    cursor_.end();
    ready_.back().tally = cursor_.completeness();
  }
  return true;
}

SIMRUNS_INLINE bool walk_plan::restart(std::string doubt, page const& latest) {
  auto& tally = cursor_.tally_;
  for (auto const& [number, one] : arrived_) tally.count(one.latest, one.requests);
  tally.begin_again(std::move(doubt));
  auto had = std::move(tally);
  cursor_ = page_cursor(asked_for_, max_pages_, std::move(had));
  windows_.reset();
  restarted_ = true;
  next_ = settled_ = 0;
  under_way_.clear();
  again_.clear();
  arrived_.clear();
  next_start_ = cursor_.next();
  push(latest.select({}), latest, next_start_);
  return false;
}

SIMRUNS_INLINE walk_step walk_plan::ended() const {
  walk_step step;
  step.start = step.next = next_start_;
  step.tally = cursor_.completeness();
  step.failure = cursor_.failure();
  return step;
}

}  // namespace simruns
