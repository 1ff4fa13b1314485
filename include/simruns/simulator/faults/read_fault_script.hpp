#pragma once

#include "simruns/simulator/faults/fault_script.hpp"
#include "simruns/simulator/faults/script_error.hpp"

#include <string_view>

namespace simruns::simulator {

/// Reads `{"seed": 7, "faults": [{"page": 2, "status": 503, "retry_after": 2}, ...]}`. The words
/// are those of docs/simulator.md. `now` measures rate limits. Throws: script_error.
fault_script read_fault_script(std::string_view json,
                               fault_script::clock now = fault_script::steady_now);

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/faults/impl/read_fault_script.ipp"
#endif
