#pragma once

#include "simruns/config.hpp"
#include "simruns/walk/completeness.hpp"
#include "simruns/walk/detail/sequence_set.hpp"

#include <limits>

namespace simruns::detail {

SIMRUNS_INLINE void sequence_set::insert(std::int64_t number) {
  auto after = ranges_.upper_bound(number);
  bool const follows = after != ranges_.begin() && std::prev(after)->second >= number - 1;
  auto own = follows ? std::prev(after) : ranges_.emplace_hint(after, number, number);
  if (own->second >= number && follows) return;
  own->second = number;
  ++count_;
  if (after == ranges_.end() || after->first != number + 1) return;
  own->second = after->second;
  ranges_.erase(after);
}

SIMRUNS_INLINE std::vector<sequence_range> sequence_set::gaps(std::size_t most) const {
  std::vector<sequence_range> out;
  std::int64_t expected = 1;
  for (auto const& [first, last] : ranges_) {
    if (out.size() == most) break;
    if (first > expected) out.push_back({expected, first - 1});
    if (last == std::numeric_limits<std::int64_t>::max()) break;
    expected = last + 1;
  }
  return out;
}

SIMRUNS_INLINE void describe_gaps(completeness& state, sequence_set const& numbers) {
  static constexpr std::size_t most_gaps = 16;
  state.missing = numbers.missing();
  state.gaps = numbers.gaps(most_gaps);
  state.highest_sequence = numbers.highest();
}

}  // namespace simruns::detail
