// error: deleted
#include <simruns/page/page.hpp>
#include <simruns/page/verdict.hpp>

#include <algorithm>

simruns::page decoded();

bool has_success() {
  auto const succeeded = [](simruns::run const& run) {
    return simruns::verdict_of(run) == simruns::verdict::success;
  };
#ifdef SIMRUNS_WRONG
  auto const begin = decoded().begin();
  auto const end = decoded().end();
  return std::any_of(begin, end, succeeded);
#else
  simruns::page const page = decoded();
  return std::any_of(page.begin(), page.end(), succeeded);
#endif
}
