// error: deleted
#include <simruns.hpp>

#include <string>

boost::asio::awaitable<void> read(simruns::client client, simruns::run_query query) {
#ifdef SIMRUNS_WRONG
  for (auto const& run : (co_await client.fetch_page(query)).runs()) {
#else
  simruns::page const first = co_await client.fetch_page(query);
  for (auto const& run : first.runs()) {
#endif
    std::string const id(run.id);
  }
}
