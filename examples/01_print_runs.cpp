// Prints every run of a batch: 01_print_runs BASE_URL PROJECT SCENARIO BATCH, with the API key in
// the environment as SIMRUNS_API_KEY.

// [extract]
#include <simruns/page/verdict.hpp>
#include <simruns/runs/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <iostream>

boost::asio::awaitable<void> print_runs(simruns::client client, simruns::run_query query) {
  simruns::run_generator runs = client.runs(query);
  while (simruns::run_ptr run = co_await runs.next()) {
    std::cout << run->id << ' ' << to_string(verdict_of(*run)) << ' ' << run->turns.size() << '\n';
  }
  std::cerr << to_string(runs.completeness()) << '\n';
}

int main(int argc, char** argv) try {
  if (argc != 5) return std::cerr << "usage: BASE_URL PROJECT SCENARIO BATCH\n", 2;
  char const* const key = std::getenv("SIMRUNS_API_KEY");
  boost::asio::io_context context;
  simruns::client client{context.get_executor(), simruns::client_config{argv[1]},
                         simruns::credentials::api_key(key != nullptr ? key : "")};
  simruns::run_query query{argv[2], argv[3], argv[4]};
  boost::asio::co_spawn(context, print_runs(client, query), [](std::exception_ptr failed) {
    if (failed) std::rethrow_exception(failed);
  });
  context.run();
} catch (simruns::request_error const& error) {
  std::cerr << error.describe() << '\n';
  return 1;
}
// [/extract]
