// A test, by Catch2, of code that reads the endpoint: against a server that fails once.

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif

// [extract]
#include <simruns/runs/client.hpp>
#include <simruns/simulator/simulator.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace simulator = simruns::simulator;

TEST_CASE("a server that is busy is told from one that has no runs") {
  simulator::generator_options what;
  what.scenarios = 1;
  what.runs = 250;
  simulator::server_options how;
  how.fault = simulator::read_fault_script(
      R"({"faults": [{"page": 2, "times": 1, "status": 503, "retry_after": 2}]})");
  simulator::background_server const server{simulator::generate(what), how};

  boost::asio::io_context context;
  simruns::client_config config{server.url()};
  config.max_attempts = 1;  // to see the failure, which else would be tried again
  simruns::client client{context.get_executor(), config,
                         simruns::credentials::api_key(server.api_key())};
  auto const& key = server.batches().front();
  simruns::run_query query{key.project, key.scenario, key.batch};
  query.skip(100).page_size(100);
  auto busy = boost::asio::co_spawn(context, client.try_fetch_page(query), boost::asio::use_future);
  context.run();
  CHECK(busy.get().error().status == 503);

  context.restart();
  auto page = boost::asio::co_spawn(context, client.try_fetch_page(query), boost::asio::use_future);
  context.run();
  CHECK(page.get()->size() == 100);
  CHECK(server.requests().size() == 2);
}
// [/extract]
