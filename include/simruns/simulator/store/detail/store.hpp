#pragma once

#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/stored_batch.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/live/detail/batch_history.hpp"
#include "simruns/simulator/live/detail/timeline.hpp"
#include "simruns/simulator/live/virtual_clock.hpp"
#include "simruns/simulator/store/detail/catalogue.hpp"
#include "simruns/simulator/store/detail/list_query.hpp"
#include "simruns/simulator/store/detail/page_query.hpp"
#include "simruns/simulator/store/detail/paging.hpp"
#include "simruns/simulator/store/detail/ranking_cache.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns::simulator::detail {

/// A page of runs and the contract's `pagination` beside it.
struct stored_page : list_pagination {
  std::vector<stored_run const*> runs;  ///< The runs. They are valid as long as the data set.
};

/// A page of anything: the JSON texts of its items, and the contract's `pagination` beside them.
struct text_page : list_pagination {
  std::vector<std::string_view> items;  ///< Valid as long as the data set, and as `holds`.
  std::shared_ptr<void const> holds;    ///< What the texts look into, beside the data set.
};

/// The page with the runs' own texts.
text_page texts_of(stored_page page);

/// Gives the pages of a data set, by `skip` and by cursors in both directions, and single items of
/// it. A batch that is not in it has no runs. It keeps the orders of runs that it has computed, so
/// that deep pages cost no sorting. With a timeline, all is as it is at that moment of the clock.
/// Threads: any.
class store {
 public:
  explicit store(std::shared_ptr<dataset const> runs) : store{std::move(runs), nullptr, nullptr} {}

  /// `life` may be null: all runs are there, and settled.
  store(std::shared_ptr<dataset const> runs, std::shared_ptr<timeline const> life,
        std::shared_ptr<virtual_clock const> clock)
      : runs_{std::move(runs)},
        life_{std::move(life)},
        clock_{std::move(clock)},
        catalogue_{*runs_, life_ ? &life_->told() : nullptr} {}

  dataset const& runs() const noexcept { return *runs_; }

  /// Throws: bad_request for a cursor that is not of this query.
  stored_page page(page_query const& query) const;

  /// A page of the scenarios of a project; an unknown project has none. Throws: as `page`.
  text_page scenarios(scenario_query const& query) const;

  /// A page of the batches of a scenario. None: there is no such scenario. Throws: as `page`.
  std::optional<text_page> batches(batch_query const& query) const;

  /// One batch. None: there is no such batch.
  std::optional<stored_batch> batch(batch_key const& key) const;

  /// One run, by its id; it is valid as long as the data set. Null: it is not there.
  stored_run const* run(batch_key const& key, std::string_view id) const;

 private:
  using milliseconds = std::chrono::milliseconds;

  std::shared_ptr<ranking const> ranking_of(page_query const& query) const;

  /// The time of the clock; the end of time, where nothing moves.
  milliseconds time() const { return life_ ? clock_->now() : batch_history::end_of_time; }

  /// The date from which a span of time is counted back, in milliseconds since 1970.
  std::int64_t today() const;

  catalogue::known_batch const* find_batch(batch_key const& key) const;

  std::shared_ptr<dataset const> runs_;
  std::shared_ptr<timeline const> life_;  ///< None: all runs are there, and settled.
  std::shared_ptr<virtual_clock const> clock_;
  catalogue catalogue_;
  mutable ranking_cache rankings_;
};

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/store/impl/store.ipp"
#endif
