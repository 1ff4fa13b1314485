#pragma once

#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/store/detail/page_query.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace simruns::simulator::detail {

/// The runs of a batch that pass a filter, in order.
using ranking = std::vector<stored_run const*>;

/// Sorts the runs of a batch that a query is about.
ranking rank(page_query const& query, std::vector<stored_run const*> const& runs);

/// Keeps the latest rankings. Threads: any.
class ranking_cache {
 public:
  /// Keeps at most `capacity` rankings, 8 bytes a run each.
  explicit ranking_cache(std::size_t capacity = 64) : capacity_{capacity} {}

  /// The ranking of a query in a state of its batch, whose runs `runs_of_batch()` gives.
  template <class RunsOfBatch>
  std::shared_ptr<ranking const> find(page_query const& query, std::uint64_t state,
                                      RunsOfBatch const& runs_of_batch) {
    auto const name = name_of(query, state);
    if (auto known = recall(name)) return known;
    auto fresh = std::make_shared<ranking const>(rank(query, runs_of_batch()));
    std::scoped_lock const lock{mutex_};
    entries_.emplace_front(name, fresh);
    if (entries_.size() > capacity_) entries_.pop_back();
    return fresh;
  }

 private:
  using entry = std::pair<std::string, std::shared_ptr<ranking const>>;

  static std::string name_of(page_query const& query, std::uint64_t state);

  std::shared_ptr<ranking const> recall(std::string const& name);

  std::size_t capacity_;
  std::mutex mutex_;
  std::list<entry> entries_;  // the latest used first
};

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/store/impl/ranking_cache.ipp"
#endif
