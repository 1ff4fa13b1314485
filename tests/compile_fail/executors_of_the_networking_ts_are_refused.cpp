// error: simruns needs Asio's standard executors
#ifdef SIMRUNS_WRONG
#define BOOST_ASIO_USE_TS_EXECUTOR_AS_DEFAULT
#endif
#include <simruns/runs/client.hpp>

simruns::client const* nobody() { return nullptr; }
