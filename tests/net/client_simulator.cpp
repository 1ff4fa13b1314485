#include "simruns/runs/client.hpp"

#include "simruns/simulator/simulator.hpp"
#include "support/catch.hpp"
#include "support/run_io.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <thread>

using simruns::errc;
namespace simulator = simruns::simulator;

namespace {

simulator::dataset runs_of_one_batch(std::size_t runs) {
  simulator::generator_options options;
  options.scenarios = 1;
  options.runs = runs;
  return simulator::generate(options);
}

simruns::run_query query_of(simulator::batch_key const& key) {
  return simruns::run_query(key.project, key.scenario, key.batch);
}

simruns::client client_of(test::asio::io_context& context,
                          simulator::background_server const& sim) {
  return simruns::client(context.get_executor(), simruns::client_config(sim.url()),
                         simruns::credentials::api_key(sim.api_key()));
}

}  // namespace

TEST_CASE("every run of a batch is fetched from a Simulator, as it stands there") {
  auto data = runs_of_one_batch(345);
  auto const key = data.batches().front();
  std::vector<std::string> stored;
  for (auto const* run : data.runs_of(key)) stored.push_back(run->json);
  simulator::background_server sim(std::move(data));
  test::asio::io_context context;
  auto client = client_of(context, sim);
  auto runs = test::share(client.runs(query_of(key)));

  std::multiset<std::string> fetched;
  auto const collect = [](std::shared_ptr<simruns::run_generator> from,
                          std::multiset<std::string>* to) -> test::asio::awaitable<int> {
    while (simruns::run_ptr run = co_await from->next()) to->emplace(run->json());
    co_return 0;
  };
  test::run(context, collect(runs, &fetched));
  CHECK(fetched == std::multiset<std::string>(stored.begin(), stored.end()));
  CHECK(runs->completeness().verdict() == simruns::walk_verdict::complete);
  CHECK(runs->completeness().requests == 4);
  CHECK(sim.requests().size() == 4);
}

TEST_CASE("one connection serves a whole sequential walk") {
  simulator::background_server sim(runs_of_one_batch(500));
  test::asio::io_context context;
  auto client = client_of(context, sim);
  auto const got =
      test::run(context, test::read_all(test::share(client.runs(query_of(sim.batches().front())))));
  CHECK(got.ids.size() == 500);
  CHECK(std::set<std::string>(got.ids.begin(), got.ids.end()).size() == 500);
}

TEST_CASE("a Simulator that refuses says why, and the client repeats it") {
  simulator::background_server sim(runs_of_one_batch(3));
  test::asio::io_context context;
  auto const key = sim.batches().front();

  SECTION("wrong key") {
    simruns::client wrong(context.get_executor(), simruns::client_config(sim.url()),
                          simruns::credentials::api_key("wrong-key"));
    auto const got = test::run(context, wrong.try_fetch_page(query_of(key)));
    REQUIRE(got.has_error());
    CHECK(got.error().code == errc::auth);
    CHECK(got.error().status == 401);
    CHECK_FALSE(got.error().trace_id.empty());
  }
  SECTION("wrong sort") {
    auto query = query_of(key);
    query.sort("colour:asc");
    auto const got = test::run(context, client_of(context, sim).try_fetch_page(query));
    REQUIRE(got.has_error());
    CHECK(got.error().code == errc::bad_request);
    CHECK(got.error().field == "sort");
  }
  SECTION("wrong path prefix") {
    simruns::client wrong(context.get_executor(), simruns::client_config(sim.url() + "/other"),
                          simruns::credentials::api_key(sim.api_key()));
    auto const got = test::run(context, wrong.try_fetch_page(query_of(key)));
    REQUIRE(got.has_error());
    CHECK(got.error().code == errc::not_found);
  }
}

TEST_CASE("four threads walk eight batches through one client, each run once") {
  simulator::generator_options options;
  options.scenarios = 8;
  options.runs = 150;
  simulator::background_server sim(simulator::generate(options));
  test::asio::io_context context;
  auto client = client_of(context, sim);
  std::vector<test::walked> got(8);
  for (std::size_t i = 0; i < 8; ++i) {
    auto runs = test::share(client.runs(query_of(sim.batches()[i])));
    test::asio::co_spawn(context, test::read_all(runs),
                         [&got, i](std::exception_ptr, test::walked w) { got[i] = std::move(w); });
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { context.run(); });
  for (auto& thread : threads) thread.join();
  for (auto const& walk : got) {
    CHECK_FALSE(walk.code);
    CHECK(std::set<std::string>(walk.ids.begin(), walk.ids.end()).size() == 150);
  }
}

TEST_CASE("generator, client and context go in every order, with a request on the wire") {
  simulator::server_options slow;
  slow.latency = std::chrono::seconds(30);
  simulator::background_server sim(runs_of_one_batch(10), slow);
  auto const threads = GENERATE(1, 4);
  std::string order = "cgx";
  do {
    INFO("order " << order << " on " << threads << " threads");
    auto context = std::make_unique<test::asio::io_context>();
    auto client = std::make_optional(client_of(*context, sim));
    auto runs = std::make_optional(client->runs(query_of(sim.batches().front())));
    runs->async_next([](simruns::error_code, simruns::run_ptr) {});
    std::vector<std::thread> pool;
    for (int i = 0; i < threads; ++i) pool.emplace_back([c = context.get()] { c->run(); });
    for (char const which : order) {
      if (which == 'g') runs.reset();
      if (which == 'c') client.reset();
      if (which != 'x') continue;
      context->stop();
      for (auto& thread : pool) thread.join();
      context.reset();
    }
    CHECK_FALSE(context);
  } while (std::next_permutation(order.begin(), order.end()));
}
