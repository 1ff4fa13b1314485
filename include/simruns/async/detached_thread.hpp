#pragma once

#include <functional>

namespace simruns::detail {

/// Runs `work` on a thread of its own, which ends by itself or with the process. The system hands
/// it no signal: those are for the threads of the program.
/// Throws: std::system_error, where there is no further thread.
void start_detached_thread(std::function<void()> work);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/async/impl/detached_thread.ipp"
#endif
