#pragma once

#include "simruns/config.hpp"
#include "simruns/text/spread_hash.hpp"
#include "simruns/walk/detail/run_tally.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace simruns::detail {

SIMRUNS_INLINE run_remark remark_on_batch(page const& whole, std::size_t index,
                                          std::string_view batch) {
  run_remark out;
  out.index = index;
  out.member = "simulationRunBatchReference";
  out.message = "names the batch '" + shown_text(whole, *whole[index].batch) +
                "', and the first run of the walk '" + shown_text(whole, batch) + "'";
  return out;
}

SIMRUNS_INLINE run_tally::run_tally(list_query const& query) : most_(query.max_items()) {
  state_.of = query.of();
  state_.partial = query.start().has_value() || query.skip() > 0;
  state_.filtered = query.filtered();
  numbered_ = !state_.partial && !state_.filtered;
}

SIMRUNS_INLINE void run_tally::count(page const& latest, int requests) {
  ++state_.pages;
  count_requests(requests);
  auto const& total = latest.pagination().total;
  if (!total) return;
  if (!state_.total_first) state_.total_first = *total;
  state_.total_moved |= state_.total_last.has_value() && *state_.total_last != *total;
  state_.total_last = *total;
}

SIMRUNS_INLINE void run_tally::begin_again(std::string doubt) {
  earlier_ = std::exchange(ids_, {});
  state_.walk = walk_kind::restarted;
  state_.doubt = std::move(doubt);
}

SIMRUNS_INLINE page run_tally::only_new(page const& whole, std::size_t had, bool backward) {
  note_bad_runs(whole);
  std::vector<std::size_t> kept;
  std::vector<run_remark> remarks;
  kept.reserve(whole.size());
  for (std::size_t k = 0; k < whole.size(); ++k) {
    auto const i = backward ? whole.size() - 1 - k : k;
    if (!is_new(whole[i], k < had) || k < had) continue;
    if (limit_reached()) {
      cut_ = true;
      continue;
    }
    ++state_.received;
    // Whoever takes the page has its runs; a consumer that gives them out one by one counts anew.
    ++state_.handed;
    if (whole[i].id.empty()) ++state_.unnamed;
    note_sequence(whole[i]);
    note_batch(whole[i]);
    if (is_foreign(whole[i])) remarks.push_back(remark_on_batch(whole, i, batch_));
    kept.push_back(i);
  }
  update_gaps();
  state_.foreign += static_cast<std::int64_t>(remarks.size());
  page const told = remarks.empty() ? whole : remark_on(whole, std::move(remarks));
  bool const all = kept.size() == whole.size() && (!backward || whole.size() < 2);
  return all ? told : told.select(kept);
}

SIMRUNS_INLINE std::optional<run_remark> run_tally::first_foreign(page const& whole) {
  for (std::size_t i = 0; i < whole.size(); ++i) {
    note_batch(whole[i]);
    if (is_foreign(whole[i])) return remark_on_batch(whole, i, batch_);
  }
  return std::nullopt;
}

SIMRUNS_INLINE void run_tally::note_batch(run const& one) {
  if (batch_.empty() && one.batch) batch_ = *one.batch;
}

/// A run that names no batch is not known to be of another.
SIMRUNS_INLINE bool run_tally::is_foreign(run const& one) const {
  return one.batch && !one.batch->empty() && *one.batch != batch_;
}

/// One that came before, on another page, is known by its text: it may have no id that can be read.
/// Equal ones on one page are as many runs.
SIMRUNS_INLINE void run_tally::note_bad_runs(page const& whole) {
  if (whole.bad_runs().empty()) return;
  std::vector<std::size_t> hashes;
  for (auto const& bad : whole.bad_runs()) {
    auto const hash = spread_hash{}(bad.text);
    if (bad_.contains(hash)) continue;
    ++state_.bad;
    new_bad_.push_back(bad);
    hashes.push_back(hash);
  }
  bad_.insert(hashes.begin(), hashes.end());
}

/// Takes note of the run. `had`: the walk that this one goes on from yielded it.
SIMRUNS_INLINE bool run_tally::is_new(run const& one, bool had) {
  if (one.id.empty()) {
    ++unnamed_;
    return true;
  }
  if (!ids_.insert(one.id)) {
    if (!had) ++state_.duplicates;
    return false;
  }
  return !earlier_.contains(one.id);
}

SIMRUNS_INLINE void run_tally::note_sequence(run const& one) {
  if (!numbered_) return;
  numbered_ = one.sequence && *one.sequence >= 1;
  if (numbered_) numbers_.insert(*one.sequence);
}

SIMRUNS_INLINE void run_tally::update_gaps() {
  state_.missing.reset();
  state_.gaps.clear();
  state_.highest_sequence = 0;
  if (numbered_) describe_gaps(state_, numbers_);
}

}  // namespace simruns::detail
