#pragma once

#include "simruns/config.hpp"
#include "simruns/fwd.hpp"
#include "simruns/walk/sequence_range.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <vector>

namespace simruns::detail {

/// Which sequence numbers of a batch, counted from 1, have come. They are kept as ranges, so a
/// batch that is read in its order takes one.
class sequence_set {
 public:
  /// A number that is there already changes nothing. Requires: `number >= 1`.
  void insert(std::int64_t number);

  /// Zero if the set is empty.
  std::int64_t highest() const noexcept {
    return ranges_.empty() ? 0 : std::prev(ranges_.end())->second;
  }

  /// How many numbers from 1 to the highest are not in the set.
  std::int64_t missing() const noexcept { return highest() - count_; }

  /// The first ranges of numbers that are not in the set, at most `most` of them.
  std::vector<sequence_range> gaps(std::size_t most) const;

 private:
  std::map<std::int64_t, std::int64_t> ranges_;  ///< First to last of each range, never adjacent.
  std::int64_t count_ = 0;
};

/// Sets `missing`, `gaps` and `highest_sequence` of `state`.
void describe_gaps(completeness& state, sequence_set const& numbers);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/walk/impl/sequence_set.ipp"
#endif
