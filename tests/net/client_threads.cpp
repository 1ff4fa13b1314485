#include "simruns/runs/client.hpp"

#include "simruns/simulator/simulator.hpp"
#include "support/catch.hpp"
#include "support/run_io.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace simulator = simruns::simulator;
using namespace std::chrono_literals;

namespace {

using strings = std::vector<std::string>;

/// Reads all runs page by page, each call of which may be cancelled soon after it began.
test::asio::awaitable<strings> read_impatiently(std::shared_ptr<simruns::run_generator> runs,
                                                unsigned seed) {
  using namespace test::asio::experimental::awaitable_operators;
  std::minstd_rand random(seed);
  strings out;
  auto executor = co_await test::asio::this_coro::executor;
  for (;;) {
    // Mostly soon, at times never: else a page that is slow would not come at all.
    auto const patience = std::chrono::microseconds(random() % 4000) + random() % 4 / 3 * 1h;
    test::asio::steady_timer timer(executor, patience);
    auto limit = timer.async_wait(test::asio::use_awaitable);
    auto const got = co_await (runs->next_page() || std::move(limit));
    if (got.index() == 1) continue;
    auto const& page = std::get<0>(got);
    if (!page) break;
    for (auto const& run : page) out.emplace_back(run.id);
  }
  co_return out;
}

}  // namespace

TEST_CASE("four threads share a client of a server that fails, and cancel; no run is lost") {
  simulator::generator_options options;
  options.scenarios = 8;
  options.runs = 120;
  auto data = simulator::generate(options);
  auto const batches = data.batches();
  std::vector<strings> want;
  for (auto const& key : batches) {
    strings ids;
    for (auto const* run : data.runs_of(key)) ids.emplace_back(run->id);
    want.push_back(std::move(ids));
  }
  simulator::server_options serving;
  serving.fault = simulator::read_fault_script(R"({"faults": [
      {"chance": 0.1, "status": 503},
      {"chance": 0.1, "reset": true},
      {"chance": 0.1, "truncate": 5000},
      {"chance": 0.5, "delay": {"uniform": [0, 0.004]}}]})");
  simulator::background_server const sim(std::move(data), serving);

  test::asio::io_context context;
  simruns::client_config config(sim.url());
  config.backoff_base = 1ms;
  config.max_attempts = 20;
  config.connections = 3;
  simruns::client client(context.get_executor(), config,
                         simruns::credentials::api_key(sim.api_key()));
  std::vector<strings> got(batches.size());
  std::vector<std::exception_ptr> thrown(batches.size());
  for (std::size_t i = 0; i < batches.size(); ++i) {
    auto const& key = batches[i];
    simruns::run_query query(key.project, key.scenario, key.batch);
    query.page_size(10);
    auto runs = test::share(client.runs(query));
    test::asio::co_spawn(test::asio::make_strand(context),
                         read_impatiently(runs, static_cast<unsigned>(i + 1)),
                         [&, i](std::exception_ptr error, strings ids) {
                           thrown[i] = error;
                           got[i] = std::move(ids);
                         });
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { context.run(); });
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (thrown[i]) CHECK_NOTHROW(std::rethrow_exception(thrown[i]));
    std::ranges::sort(got[i]);
    std::ranges::sort(want[i]);
    CHECK(got[i] == want[i]);
  }
}
