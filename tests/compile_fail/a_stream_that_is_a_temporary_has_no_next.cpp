// error: (discards qualifiers|expects an lvalue|no matching|not viable|lvalue)
#include <simruns/runs/client.hpp>

boost::asio::awaitable<void> read(simruns::client client, simruns::run_query query) {
#ifdef SIMRUNS_WRONG
  while (co_await client.runs(query).next()) {  // begins anew each time
  }
#else
  auto runs = client.runs(query);
  while (co_await runs.next()) {
  }
#endif
}
