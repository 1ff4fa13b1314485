#pragma once

#include "simruns/page/run.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace simruns {

/// Who speaks in a conversation.
enum class role : std::uint8_t {
  user,    ///< The customer, whom a language model plays.
  agent,   ///< The agent that is tested.
  tool,    ///< A tool that the agent called, which gives its result.
  system,  ///< Whoever instructs the others.
};

constexpr std::string_view to_string(role who) noexcept {
  switch (who) {
    case role::user:
      return "user";
    case role::agent:
      return "agent";
    case role::tool:
      return "tool";
    case role::system:
      return "system";
  }
  return "system";
}

/// Who spoke a turn, and how that is known.
struct turn_role {
  std::optional<simruns::role> role;  ///< Empty where nothing tells.
  bool is_inferred = false;           ///< Whether other turns tell it, and not the turn itself.

  friend bool operator==(turn_role const&, turn_role const&) = default;
};

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

/// The same, into `out`, whose memory is used again: for many runs.
void roles_of(run const& run, std::vector<turn_role>& out);

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/page/impl/role.ipp"
#endif
