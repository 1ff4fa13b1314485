#pragma once

namespace simruns {

/// How far a batch is.
enum class batch_state {
  unknown,      ///< Nothing says it, or a word that the contract has not.
  in_progress,  ///< Runs are still to come or to settle.
  completed,
  stopped,
  failed,
};

/// Whether no more runs come.
constexpr bool is_final(batch_state state) noexcept {
  return state != batch_state::unknown && state != batch_state::in_progress;
}

}  // namespace simruns
