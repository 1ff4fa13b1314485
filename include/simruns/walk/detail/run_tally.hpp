#pragma once

#include "simruns/config.hpp"
#include "simruns/page/page.hpp"
#include "simruns/page/remark.hpp"
#include "simruns/query/list_query.hpp"
#include "simruns/walk/completeness.hpp"
#include "simruns/walk/detail/sequence_set.hpp"
#include "simruns/walk/id_set.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns::detail {

/// What a walk has had: which runs came, and which of a page's runs are new.
class run_tally {
 public:
  explicit run_tally(list_query const& query);

  /// Counts a page that came, whatever becomes of its runs, and the requests that it cost.
  void count(page const& latest, int requests);

  /// Counts requests of a page that did not come.
  void count_requests(int requests) { state_.requests += static_cast<std::uint64_t>(requests); }

  /// The runs of `whole` that did not come before, in the order of the walk. The first `had` runs
  /// were yielded by the walk that this one goes on from, and are left out. A run that names
  /// another batch than the first run did has an issue that says so.
  page only_new(page const& whole, std::size_t had, bool backward);

  /// The runs that were left out since the last call, each counted once.
  std::vector<bad_run> take_bad_runs() noexcept { return std::exchange(new_bad_, {}); }

  /// The issue with the first run of `whole` that names another batch than the first run did.
  std::optional<run_remark> first_foreign(page const& whole);

  /// The batch that the first run names; empty if none did. A walk over the pages of an earlier
  /// one is told of it.
  std::string const& batch() const noexcept { return batch_; }
  void expect_batch(std::string name) { batch_ = std::move(name); }

  bool contains(std::string_view id) const noexcept { return ids_.contains(id); }

  /// Whether runs beyond `max_runs` came, and were left out.
  bool cut() const noexcept { return cut_; }

  /// Whether as many runs as `max_runs` have come.
  bool limit_reached() const noexcept { return most_ && state_.received >= *most_; }

  /// Begins a second pass from the start, which yields what the first pass has not.
  void begin_again(std::string doubt);

  /// How many runs this pass has had.
  std::size_t seen() const noexcept { return ids_.size() + unnamed_; }

  completeness& state() noexcept { return state_; }
  completeness const& state() const noexcept { return state_; }

 private:
  bool is_new(run const& one, bool had);
  void note_bad_runs(page const& whole);
  bool is_foreign(run const& one) const;
  void note_batch(run const& one);
  void note_sequence(run const& one);
  void update_gaps();

  std::optional<std::int64_t> most_;
  completeness state_;
  id_set ids_;
  id_set earlier_;             ///< Ids of the pass before this one.
  std::set<std::size_t> bad_;  ///< Hashes of the texts of runs that were left out.
  std::vector<bad_run> new_bad_;
  std::size_t unnamed_ = 0;  ///< Runs without an id, of all passes.
  std::string batch_;
  bool cut_ = false;
  sequence_set numbers_;
  bool numbered_ = true;  ///< Whether `numbers_` says something.
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/walk/impl/run_tally.ipp"
#endif
