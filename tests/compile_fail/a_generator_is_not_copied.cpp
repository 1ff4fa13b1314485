// error: deleted
#include <simruns.hpp>

#include <utility>

simruns::run_generator given(simruns::run_generator& runs) {
#ifdef SIMRUNS_WRONG
  return runs;
#else
  return std::move(runs);
#endif
}
