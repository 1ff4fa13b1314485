#pragma once

#include "simruns/page/maybe.hpp"
#include "simruns/page/run.hpp"

#include <string_view>

namespace simruns {

/// How a run ended, decided by its status, else by its `success`, else by its results.
enum class verdict {
  success,         ///< The run did what it was to do.
  failure,         ///< The run did not do what it was to do.
  agent_error,     ///< The agent timed out or broke, which counts against it.
  platform_error,  ///< The language model's provider failed, which says nothing of the agent.
  unknown_error,   ///< The run has an error of unknown origin, or an outcome that we cannot read.
  stopped,         ///< The batch was stopped before the conversation ended.
  pending,         ///< Nothing has been said yet: `metrics` is empty.
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

/// Whether a verdict says something of the agent. The success rate is the successes among these.
constexpr bool is_judged(verdict v) noexcept {
  return v == verdict::success || v == verdict::failure || v == verdict::agent_error;
}

/// How this run ended.
verdict verdict_of(run const& run);

/// Whether status, success and results of the run disagree. This is flagged, never silently
/// resolved.
bool is_contradictory(run const& run);

/// What one of `metrics::results` says of its criterion, learned from the result's members in any
/// order: its `success` decides, and where it has none, its `passed`.
class said_success {
 public:
  /// Takes one member: its key, and its value as JSON text.
  void see(std::string_view key, std::string_view value) noexcept {
    bool const decides = key == "success";
    if (!decides && (decided_ || key != "passed")) return;
    decided_ = decides;
    value_ = maybe<bool>{};
    if (value == "true") value_ = true;
    if (value == "false") value_ = false;
  }

  /// Absent where the result does not say, or says neither true nor false.
  maybe<bool> value() const noexcept { return value_; }

 private:
  maybe<bool> value_;
  bool decided_ = false;
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/page/impl/verdict.ipp"
#endif
