#pragma once

#include "simruns/simulator/data/detail/hash_text.hpp"
#include "simruns/simulator/data/detail/random.hpp"
#include "simruns/simulator/data/stored_run.hpp"

#include <string>

namespace simruns::simulator::detail {

/// The `id` of a batch, or of a scenario if no batch is named: 24 hexadecimal digits, the same for
/// the same references.
inline std::string derived_id(batch_key const& of) {
  auto hash = no_text;
  for (auto const* part : {&of.project, &of.scenario, &of.batch}) {
    hash = hash_text(std::to_string(part->size()) + ":" + *part, hash);
  }
  return random_source{hash}.hex(24);
}

}  // namespace simruns::simulator::detail
