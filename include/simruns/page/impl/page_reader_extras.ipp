#pragma once

#include "simruns/config.hpp"
#include "simruns/page/detail/page_reader.hpp"

#include <algorithm>

namespace simruns::detail {

/// What stands beside the members that the contract names.

/// The unknown members of an object, each key once.
SIMRUNS_INLINE std::span<extra_member const> page_reader::take_extras(page_frame const& closed) {
  auto const from = closed.extras_begin;
  if (extras_.size() == from) return {};
  if (extras_.size() - from > 1) drop_duplicates(from);
  auto const extra = data_.memory.copy(extras_.data() + from, extras_.size() - from);
  extras_.resize(from);
  return extra;
}

/// Of the unknown members from `from` on that share a key, keeps the last, and reports the others.
SIMRUNS_INLINE void page_reader::drop_duplicates(std::size_t from) {
  std::vector<std::pair<std::string_view, std::size_t>> places;
  places.reserve(extras_.size() - from);
  for (auto i = from; i < extras_.size(); ++i) places.emplace_back(extras_[i].key, i);
  std::sort(places.begin(), places.end());
  std::vector<std::size_t> repeated;
  for (std::size_t i = 0; i + 1 < places.size(); ++i) {
    if (places[i].first == places[i + 1].first) repeated.push_back(places[i].second);
  }
  if (repeated.empty()) return;
  auto& frame = frames_.top();
  frame.current = nullptr;
  std::sort(repeated.begin(), repeated.end());
  for (auto const at : repeated) {
    frame.unknown_key = extras_[at].key;
    frames_.report("duplicate member; the last wins");
  }
  auto gone = repeated.begin();
  auto out = from;
  for (auto i = from; i < extras_.size(); ++i) {
    if (gone != repeated.end() && *gone == i) {
      ++gone;
    } else {
      extras_[out++] = extras_[i];
    }
  }
  extras_.resize(out);
}

}  // namespace simruns::detail
