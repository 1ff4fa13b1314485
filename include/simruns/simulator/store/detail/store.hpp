#pragma once

#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/live/detail/timeline.hpp"
#include "simruns/simulator/live/virtual_clock.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"
#include "simruns/simulator/store/detail/cursor.hpp"
#include "simruns/simulator/store/detail/page_query.hpp"
#include "simruns/simulator/store/detail/ranking_cache.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace simruns::simulator::detail {

/// A page of runs and the contract's `pagination` beside it.
struct stored_page {
  std::vector<stored_run const*> runs;  ///< The runs. They are valid as long as the data set.
  std::size_t limit = 0;
  std::size_t skip = 0;    ///< What was asked for. By a cursor: the index of the first run.
  std::int64_t total = 0;  ///< The runs of the batch that pass the filter.
  bool has_next = false;
  bool has_previous = false;
  std::optional<std::string> next;      ///< The cursor forward, if `has_next`.
  std::optional<std::string> previous;  ///< The cursor backward, if `has_previous`.
};

/// Gives the pages of a data set, by `skip` and by cursors in both directions. A batch that is not
/// in it is empty. It keeps the orders that it has computed, so that deep pages cost no sorting.
/// With a timeline, a page has the runs as they are at that moment of the clock. Threads: any.
class store {
 public:
  explicit store(std::shared_ptr<dataset const> runs) : runs_{std::move(runs)} {}

  /// `life` may be null: all runs are there, and settled.
  store(std::shared_ptr<dataset const> runs, std::shared_ptr<timeline const> life,
        std::shared_ptr<virtual_clock const> clock)
      : runs_{std::move(runs)}, life_{std::move(life)}, clock_{std::move(clock)} {}

  dataset const& runs() const noexcept { return *runs_; }

  /// Throws: bad_request for a cursor that is not of this query.
  stored_page page(page_query const& query) const;

 private:
  std::shared_ptr<ranking const> ranking_of(page_query const& query) const;

  /// The half-open range of a page in its ranking.
  struct range {
    std::size_t first;
    std::size_t last;
  };

  static ranking::const_iterator at(ranking const& ranked, std::size_t index) {
    return ranked.begin() + static_cast<std::ptrdiff_t>(index);
  }

  static range locate(page_query const& query, ranking const& ranked, std::uint64_t query_digest);

  static bad_request foreign(std::string const& field) {
    return {field, field +
                       " is not a cursor of this query: take it from the pagination of a page "
                       "of the same batch, filter, sort, limit and endPointType"};
  }

  static std::string decoded(std::string const& text, std::string const& field);

  static cursor checked(std::string const& text, page_query const& query,
                        std::uint64_t query_digest, direction way, std::string const& field);

  /// Index of the first run behind a forward cursor, or of the first not before a backward one.
  static std::size_t first_index(ordering const& order, ranking const& ranked,
                                 cursor const& cursor);

  static std::string next_cursor(ordering const& order, ranking const& ranked, range page,
                                 std::uint64_t query_digest);

  static std::string previous_cursor(ordering const& order, ranking const& ranked, range page,
                                     std::uint64_t query_digest);

  std::shared_ptr<dataset const> runs_;
  std::shared_ptr<timeline const> life_;  ///< None: all runs are there, and settled.
  std::shared_ptr<virtual_clock const> clock_;
  mutable ranking_cache rankings_;
};

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/store/impl/store.ipp"
#endif
