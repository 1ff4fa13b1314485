#pragma once

#include "simruns/config.hpp"
#include "simruns/page/role.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace simruns {

namespace detail {

/// Infers who spoke from who spoke before. It passes the turns of a run in either direction.
class alternation {
 public:
  /// Passes a turn. Returns the role that the turns before it give it, if any.
  std::optional<role> pass(told_role const& told) noexcept {
    bool const speaks = told.role == role::user || told.role == role::agent;
    if (told.is_other || (told.role && !speaks)) {
      is_known_ = false;
      return std::nullopt;
    }
    std::optional<role> expected;
    if (is_known_) {
      latest_ = latest_ == role::user ? role::agent : role::user;
      expected = latest_;
    }
    if (speaks) {
      latest_ = *told.role;
      is_known_ = true;
    }
    return expected;
  }

 private:
  // Not an `optional`, of which g++ 12 warns that it may be used uninitialised.
  role latest_ = role::user;  ///< Of the turn that was passed last, if it is known.
  bool is_known_ = false;
};

/// Whether user and agent take turns, as far as the turns tell.
SIMRUNS_INLINE bool take_turns(std::span<told_role const> told) noexcept {
  alternation forward;
  for (auto const& one : told) {
    auto const expected = forward.pass(one);
    if (expected && one.role && expected != one.role) return false;
  }
  return true;
}

}  // namespace detail

SIMRUNS_INLINE std::span<turn_role const> role_finder::of(run const& run) {
  auto const count = run.turns.size();
  told_.resize(count);
  roles_.assign(count, {});
  bool all_told = true;
  for (std::size_t i = 0; i < count; ++i) {
    told_[i] = reader_.told_by(run.turns[i]);
    roles_[i].role = told_[i].role;
    all_told = all_told && told_[i].role;
  }
  if (!all_told && detail::take_turns(told_)) infer();
  return roles_;
}

SIMRUNS_INLINE void role_finder::infer() {
  auto const take = [this](std::size_t i, std::optional<role> expected) {
    if (!roles_[i].role && expected) roles_[i] = {expected, true};
  };
  detail::alternation forward;
  for (std::size_t i = 0; i < told_.size(); ++i) take(i, forward.pass(told_[i]));
  detail::alternation backward;
  for (std::size_t i = told_.size(); i-- > 0;) take(i, backward.pass(told_[i]));
}

SIMRUNS_INLINE std::vector<turn_role> roles_of(run const& run) {
  role_finder finder;
  auto const found = finder.of(run);
  return {found.begin(), found.end()};
}

}  // namespace simruns
