#pragma once

#include "simruns/page/batch_state.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace simruns {

/// What a batch says of itself, asked for beside the walk over its runs: a second witness. It can
/// lower a verdict, or explain it; its counts outlive runs that expired, and what they count is the
/// server's own affair. An empty batch is `complete` by it alone. `witness_of` makes one.
struct batch_witness {
  bool present = false;    ///< The batch was there, and said what the other members hold.
  bool not_found = false;  ///< 404: there is no such batch, or no such endpoint.
  std::string absence;     ///< Why it is not present, for people: `HTTP 403`. Empty if it is.
  batch_state state = batch_state::unknown;
  std::string status;                   ///< The server's own word for its state; empty if untold.
  std::optional<std::int64_t> runs;     ///< Runs that were ordered.
  std::optional<std::int64_t> settled;  ///< Runs that it counts as completed or failed.
  int requests = 0;                     ///< Attempts that it took to ask.

  batch_witness() = default;

  bool running() const noexcept { return state == batch_state::in_progress; }

  /// Whether it counts no run at all.
  bool counts_none() const noexcept {
    bool const counts = runs.has_value() || settled.has_value();
    return present && counts && runs.value_or(0) == 0 && settled.value_or(0) == 0;
  }

  friend bool operator==(batch_witness const&, batch_witness const&) = default;
};

}  // namespace simruns
