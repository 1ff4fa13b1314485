// error: could not convert|no matching|no viable|designated
#include <simruns.hpp>

simruns::run_query made() {
#ifdef SIMRUNS_WRONG
  return {.project = "p", .scenario = "s", .batch = "b"};
#else
  return simruns::run_query{"p", "s", "b"};
#endif
}
