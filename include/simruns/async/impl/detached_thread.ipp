#pragma once

#include "simruns/async/detached_thread.hpp"
#include "simruns/async/signals_held_off.hpp"
#include "simruns/config.hpp"

#include <thread>
#include <utility>

namespace simruns::detail {

SIMRUNS_INLINE void start_detached_thread(std::function<void()> work) {
  signals_held_off const meanwhile;
  std::thread(std::move(work)).detach();
}

}  // namespace simruns::detail
