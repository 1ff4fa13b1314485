#pragma once

#include "simruns/config.hpp"
#include "simruns/page/judged_criteria.hpp"

#include <cstddef>

namespace simruns {

SIMRUNS_INLINE std::span<judged_criterion const> judged_criteria::of(run const& run) {
  criteria_.clear();
  if (run.criteria.empty()) return {};
  read_results(run);
  criteria_names_.clear();
  for (auto const& wanted : run.criteria) {
    judged_criterion one;
    if (wanted.params) one.name = reader_.name(*wanted.params);
    if (one.name) criteria_names_.add(*one.name, criteria_.size());
    criteria_.push_back(one);
  }
  criteria_names_.sort();
  join_by_name();
  if (results_.size() == criteria_.size()) join_by_position();
  return criteria_;
}

SIMRUNS_INLINE void judged_criteria::read_results(run const& run) {
  results_.clear();
  result_names_.clear();
  taken_.clear();
  if (!run.metrics.results) return;
  for (auto const json : *run.metrics.results) {
    auto const result = reader_.result(json);
    if (result.name) result_names_.add(*result.name, results_.size());
    results_.push_back(result);
  }
  result_names_.sort();
  taken_.assign(results_.size(), false);
}

SIMRUNS_INLINE void judged_criteria::join_by_name() {
  for (auto& one : criteria_) {
    if (!one.name || !criteria_names_.find(*one.name)) continue;
    auto const found = result_names_.find(*one.name);
    if (!found) continue;
    one.result = results_[*found];
    taken_[*found] = true;
  }
}

/// A criterion and a result that both have a name, and not the same, are of different things.
SIMRUNS_INLINE void judged_criteria::join_by_position() {
  for (std::size_t i = 0; i < criteria_.size(); ++i) {
    auto& one = criteria_[i];
    bool const differ = one.name && results_[i].name && *one.name != *results_[i].name;
    if (!one.result.json && !taken_[i] && !differ) one.result = results_[i];
  }
}

}  // namespace simruns
