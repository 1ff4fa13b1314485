#pragma once

#include "simruns/config.hpp"
#include "simruns/page/batch_state.hpp"
#include "simruns/page/item_notes.hpp"
#include "simruns/page/maybe.hpp"
#include "simruns/page/run.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simruns {

/// What the server says of a batch itself, beside its runs. It owns its texts.
struct batch_info : item_notes {
  maybe<std::string> id;
  maybe<std::string> reference;  ///< What queries and runs name the batch by.
  maybe<std::string> scenario;   ///< The scenario's reference.
  maybe<std::string> name;
  maybe<std::string> status;  ///< The word of the server; `state()` says what it means.
  maybe<std::int64_t> runs;   ///< Runs that were ordered.
  maybe<std::int64_t> completed_runs;
  maybe<std::int64_t> failed_runs;
  maybe<time_point> created_at;
  maybe<time_point> started_at;
  maybe<time_point> completed_at;

  /// How far the batch is: by its `status` where that is told, else by `completed_at` and counts.
  batch_state state() const noexcept;

  /// The runs that it counts as completed or failed; empty where it counts neither, or a count of
  /// it is none that a batch can have. They may outlive the runs: expired ones are counted, too.
  std::optional<std::int64_t> settled_runs() const noexcept;

  /// Whether none of its counts is negative, beyond 2^53, or no number.
  bool has_sound_counts() const noexcept;

  /// Reads a batch from its JSON text. What is odd about it is in `issues`.
  static batch_info from_json(std::string_view json);
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/page/impl/batch_info.ipp"
#endif
