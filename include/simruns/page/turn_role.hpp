#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

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

}  // namespace simruns
