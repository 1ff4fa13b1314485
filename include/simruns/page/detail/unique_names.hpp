#pragma once

#include "simruns/json/blocks.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns::detail {

/// Names with the position of each, to find those that are there exactly once.
class unique_names {
 public:
  void clear() noexcept { names_.clear(); }
  void add(std::string_view name, std::size_t position) { names_.emplace_back(name, position); }
  /// To be called after the last `add` and before the first `find`.
  void sort() {
    if (names_.size() > few) std::sort(names_.begin(), names_.end());
  }

  std::optional<std::size_t> find(std::string_view name) const {
    if (names_.size() <= few) return find_among_few(name);
    auto const found = std::lower_bound(names_.begin(), names_.end(), entry(name, 0));
    if (found == names_.end() || found->first != name) return std::nullopt;
    if (found + 1 != names_.end() && found[1].first == name) return std::nullopt;
    return found->second;
  }

 private:
  using entry = std::pair<std::string_view, std::size_t>;
  static constexpr std::size_t few = 8;

  std::optional<std::size_t> find_among_few(std::string_view name) const {
    std::optional<std::size_t> out;
    for (auto const& [known, position] : names_) {
      if (!same_text(known, name)) continue;
      if (out) return std::nullopt;
      out = position;
    }
    return out;
  }

  std::vector<entry> names_;
};

}  // namespace simruns::detail
