#pragma once

#include "simruns/config.hpp"
#include "simruns/follow/detail/losses.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace simruns::detail {

SIMRUNS_INLINE bool losses::see(run const& pending, sighting const& at) {
  auto const [entry, appeared] = pending_.try_emplace(std::string(pending.id));
  auto& mine = entry->second;
  mine.latest = at;
  mine.misses = 0;
  if (pending.sequence) mine.sequence = *pending.sequence;
  if (pending.expires_at) mine.expires_at = *pending.expires_at;
  return appeared;
}

SIMRUNS_INLINE void losses::settle(std::string_view id) {
  auto const was = pending_.find(id);
  if (was != pending_.end()) pending_.erase(was);
}

SIMRUNS_INLINE void losses::forget(std::string_view id) {
  if (!lost_once_.contains(id)) return;
  std::erase_if(lost_, [id](lost_run const& lost) { return lost.id == id; });
}

SIMRUNS_INLINE bool losses::miss(std::uint64_t pass, std::uint64_t poll) {
  static constexpr int most_misses = 2;
  bool missing = false;
  auto const known = static_cast<std::ptrdiff_t>(lost_.size());
  for (auto at = pending_.begin(); at != pending_.end();) {
    auto& [id, mine] = *at;
    bool const came = mine.latest.pass == pass;
    if (!came && ++mine.misses >= most_misses) {
      lose(id, mine, poll);
      at = pending_.erase(at);
      continue;
    }
    missing = missing || !came;
    ++at;
  }
  std::sort(lost_.begin() + known, lost_.end(), [](lost_run const& a, lost_run const& b) {
    return std::tie(a.sequence, a.id) < std::tie(b.sequence, b.id);
  });
  return missing;
}

SIMRUNS_INLINE void losses::lose(std::string const& id, pending_run const& gone,
                                 std::uint64_t poll) {
  lost_run out;
  out.id = id;
  out.sequence = gone.sequence;
  out.expires_at = gone.expires_at;
  out.last_poll = gone.latest.poll;
  out.lost_poll = poll;
  lost_once_.insert(id);
  lost_.push_back(std::move(out));
}

SIMRUNS_INLINE std::size_t losses::earliest(std::size_t last) const noexcept {
  for (auto const& [id, mine] : pending_) last = std::min(last, mine.latest.stretch);
  return last;
}

}  // namespace simruns::detail
