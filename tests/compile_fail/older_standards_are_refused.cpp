// error: simruns needs C\+\+20 with coroutines: compile with -std=c\+\+20 or later
// arguments: -std=c++17
#include <simruns/error.hpp>

simruns::errc code() { return simruns::errc::cancelled; }
