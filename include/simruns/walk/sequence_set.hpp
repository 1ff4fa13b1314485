#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <vector>

namespace simruns {

/// Numbers from `first` to `last`, both among them.
struct sequence_range {
  std::int64_t first = 0;
  std::int64_t last = 0;

  friend bool operator==(sequence_range const&, sequence_range const&) = default;
};

/// Which numbers of a batch, counted from 1, were there. Kept as ranges: a batch read in its order
/// takes one.
class sequence_set {
 public:
  /// Requires: `number >= 1`. One that was there already changes nothing.
  void insert(std::int64_t number) {
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

  /// 0 if there is none.
  std::int64_t highest() const noexcept {
    return ranges_.empty() ? 0 : std::prev(ranges_.end())->second;
  }

  /// Numbers from 1 to the highest that were not there.
  std::int64_t missing() const noexcept { return highest() - count_; }

  /// The first of the ranges that were not there, `most` at the most.
  std::vector<sequence_range> gaps(std::size_t most) const {
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

 private:
  std::map<std::int64_t, std::int64_t> ranges_;  ///< First to last, never adjacent.
  std::int64_t count_ = 0;
};

}  // namespace simruns
