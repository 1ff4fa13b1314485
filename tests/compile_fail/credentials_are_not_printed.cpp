// error: no match for|invalid operands
#include <simruns.hpp>

#include <iostream>

void show(simruns::credentials const& who) {
#ifdef SIMRUNS_WRONG
  std::cout << who;
#else
  std::cout << who.header_name();
#endif
}
