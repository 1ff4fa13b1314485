#pragma once

#include "simruns/page/detail/role_reader.hpp"
#include "simruns/page/run.hpp"
#include "simruns/page/turn_role.hpp"

#include <span>
#include <vector>

namespace simruns {

/// The role of each turn of a run, in the order of the turns.
///
/// A turn's `data` tells it by the first of its members `role`, `speaker`, `sender`, `author`,
/// `from`, `source` and `type` that is one of these words, in any case:
///   user:    user, human, customer, caller, simulated_user
///   agent:   assistant, agent, bot, chatbot, ai, gpt, model
///   tool:    tool, function
///   system:  system, developer
/// `speaker`, `sender`, `author`, `from` and `source` may be objects with a `role`. A `type` that
/// is `function` is one of a call, and tells nothing.
///
/// The other turns are inferred, as user and agent take turns: from the nearest turn of one of them
/// that tells its role, where only turns that tell none stand between. Nothing is inferred across a
/// turn of a tool or of the system, behind which either may speak; nothing of a turn whose `role`
/// is another word; and nothing at all in a run where user and agent are seen not to take turns.
std::vector<turn_role> roles_of(run const& run);

/// Finds the roles of turns, as `roles_of`. One object is for many runs.
class role_finder {
 public:
  /// The role of each turn of the run, in order, until the next call.
  std::span<turn_role const> of(run const& run);

 private:
  void infer();

  detail::role_reader reader_;
  std::vector<detail::told_role> told_;
  std::vector<turn_role> roles_;
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/page/impl/role.ipp"
#endif
