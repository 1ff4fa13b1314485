// error: simruns needs Asio's coroutines
#ifdef SIMRUNS_WRONG
#define BOOST_ASIO_DISABLE_CO_AWAIT
#endif
#include <simruns/runs/client.hpp>

simruns::client const* nobody() { return nullptr; }
