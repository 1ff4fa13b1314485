// error: deleted
#include <simruns/page/page.hpp>

#include <cstddef>
#include <string_view>

simruns::page decoded();
std::size_t lines_of(std::string_view text);

std::size_t lines() {
#ifdef SIMRUNS_WRONG
  std::string_view const body = decoded().body();
#else
  simruns::page const page = decoded();
  std::string_view const body = page.body();
#endif
  return lines_of(body);
}
