#pragma once

#include "simruns/page/run.hpp"

#include <string_view>

namespace simruns {

/// How a run ended, decided by its status, else by its `success`, else by its results.
enum class verdict {
  success,
  failure,
  agent_error,     ///< The agent timed out or broke: counts against it.
  platform_error,  ///< The language model's provider failed: says nothing of the agent.
  unknown_error,   ///< An error of unknown origin, or an outcome that we cannot read.
  stopped,         ///< The batch was stopped before the conversation ended.
  pending,         ///< Nothing said yet: empty `metrics`.
};

constexpr std::string_view to_string(verdict v) noexcept {
  switch (v) {
    case verdict::success:
      return "success";
    case verdict::failure:
      return "failure";
    case verdict::agent_error:
      return "agent_error";
    case verdict::platform_error:
      return "platform_error";
    case verdict::unknown_error:
      return "unknown_error";
    case verdict::stopped:
      return "stopped";
    case verdict::pending:
      return "pending";
  }
  return "pending";
}

/// Whether a verdict says something of the agent: success rate = success / (these three).
constexpr bool is_judged(verdict v) noexcept {
  return v == verdict::success || v == verdict::failure || v == verdict::agent_error;
}

verdict verdict_of(run const& run);

/// Whether status, success and results of the run disagree. Flagged, never silently resolved.
bool is_contradictory(run const& run);

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/page/impl/verdict.ipp"
#endif
