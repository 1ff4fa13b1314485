#pragma once

#include "simruns/page/page.hpp"
#include "simruns/query/run_query.hpp"
#include "simruns/walk/completeness.hpp"
#include "simruns/walk/id_set.hpp"
#include "simruns/walk/sequence_set.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns {

namespace detail {

/// Where in its page a position goes on, counted in the order of the walk: after the run that was
/// yielded last, wherever that stands now; from the start if it is no longer there.
inline std::size_t resume_index(position const& start, page const& got) {
  if (start.last_id.empty()) return std::min<std::size_t>(start.offset, got.size());
  bool const backward = start.page.by == page_start::kind::previous;
  for (std::size_t i = got.size(); i > 0; --i) {
    if (got[i - 1].id == start.last_id) return backward ? got.size() - i + 1 : i;
  }
  return 0;
}

}  // namespace detail

/// What a walk has had: which runs, and what of it is new.
class run_tally {
 public:
  explicit run_tally(run_query const& query) : most_(query.max_runs()) {
    tally_.partial = query.start().has_value() || query.skip() > 0;
    tally_.filtered = !query.filter().empty() || !query.endpoint_type().empty();
    numbered_ = !tally_.partial && !tally_.filtered;
  }

  /// A page that came, and what it cost.
  void count(page const& got, int requests) {
    ++tally_.pages;
    count_requests(requests);
    auto const& total = got.pagination().total;
    if (!total) return;
    if (!tally_.total_first) tally_.total_first = *total;
    tally_.total_last = *total;
  }

  /// Requests of a page that did not come, or is of no use.
  void count_requests(int requests) { tally_.requests += static_cast<std::uint64_t>(requests); }
  void count_useless(int requests) {
    ++tally_.pages;
    count_requests(requests);
  }

  /// The runs of `got` that were not there before, in the order of the walk, without the first
  /// `had` of them.
  page only_new(page const& got, std::size_t had, bool backward);

  bool contains(std::string_view id) const noexcept { return ids_.contains(id); }

  /// Runs came beyond `max_runs`, and were left out.
  bool cut() const noexcept { return cut_; }

  /// `max_runs` have come.
  bool limit_reached() const noexcept { return most_ && tally_.received >= *most_; }

  /// A second pass from the start, which yields what the first has not.
  void begin_again(std::string doubt) {
    earlier_ = std::exchange(ids_, {});
    tally_.walk = walk_kind::restarted;
    tally_.doubt = std::move(doubt);
  }

  /// Ids that this pass has had.
  std::size_t seen() const noexcept { return ids_.size() + unnamed_; }

  completeness& state() noexcept { return tally_; }
  completeness const& state() const noexcept { return tally_; }

 private:
  bool is_new(run const& one, bool had);
  void note_sequence(run const& one);
  void describe_gaps();

  std::optional<std::int64_t> most_;
  completeness tally_;
  id_set ids_;
  id_set earlier_;           ///< Of the pass before this one.
  std::size_t unnamed_ = 0;  ///< Runs without an id, of all passes.
  bool cut_ = false;
  sequence_set numbers_;
  bool numbered_ = true;  ///< `numbers_` says something.
};

inline page run_tally::only_new(page const& got, std::size_t had, bool backward) {
  std::vector<std::size_t> kept;
  kept.reserve(got.size());
  for (std::size_t k = 0; k < got.size(); ++k) {
    auto const i = backward ? got.size() - 1 - k : k;
    if (!is_new(got[i], k < had) || k < had) continue;
    if (limit_reached()) {
      cut_ = true;
      continue;
    }
    ++tally_.received;
    if (got[i].id.empty()) ++tally_.unnamed;
    note_sequence(got[i]);
    kept.push_back(i);
  }
  describe_gaps();
  bool const whole = kept.size() == got.size() && (!backward || got.size() < 2);
  return whole ? got : got.select(kept);
}

/// Takes note of it. `had`: by the walk that this one goes on from.
inline bool run_tally::is_new(run const& one, bool had) {
  if (one.id.empty()) {
    ++unnamed_;
    return true;
  }
  if (!ids_.insert(one.id)) {
    if (!had) ++tally_.duplicates;
    return false;
  }
  return !earlier_.contains(one.id);
}

inline void run_tally::note_sequence(run const& one) {
  if (!numbered_) return;
  numbered_ = one.sequence && *one.sequence >= 1;
  if (numbered_) numbers_.insert(*one.sequence);
}

inline void run_tally::describe_gaps() {
  tally_.missing.reset();
  tally_.gaps.clear();
  tally_.highest_sequence = 0;
  if (numbered_) tally_.number(numbers_);
}

}  // namespace simruns
