// error: no match for|invalid operands
#include <simruns.hpp>

#include <iostream>

void show(simruns::credentials const& credentials) {
#ifdef SIMRUNS_WRONG
  std::cout << credentials;
#else
  std::cout << credentials.header_name();
#endif
}
