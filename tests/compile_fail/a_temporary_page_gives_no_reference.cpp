// error: deleted
#include <simruns/page/page.hpp>

simruns::page decoded();

std::string_view id_of_the_first() {
  static simruns::page first;
#ifdef SIMRUNS_WRONG
  simruns::run const& run = decoded()[0];
#else
  first = decoded();
  simruns::run const& run = first[0];
#endif
  return run.id;
}
