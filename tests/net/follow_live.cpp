#include "simruns/runs/client.hpp"
#include "simruns/simulator/simulator.hpp"
#include "support/catch.hpp"
#include "support/random.hpp"
#include "support/run_io.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using std::chrono::milliseconds;
namespace simulator = simruns::simulator;

namespace {

constexpr milliseconds interval = 5s;  // of the virtual clock, which steps so far after each poll

simulator::dataset batch_of_500(std::uint64_t seed) {
  simulator::generator_options options;
  options.seed = seed;
  options.scenarios = 1;
  options.runs = 500;
  return simulator::generate(options);
}

/// 500 runs that come within ten minutes, a tenth of them so late that others stand behind them
/// already. Most settle within a minute, some very late; one in twelve expires, not always settled.
simulator::schedule lives_of(simulator::dataset const& runs, std::uint64_t seed) {
  test::random_source random(seed);
  auto const seconds = [&](std::size_t least, std::size_t most) {
    return milliseconds(1000 * static_cast<std::int64_t>(least + random.below(most - least + 1)));
  };
  simulator::schedule out;
  std::int64_t place = 0;
  for (auto const* run : runs.runs_of(runs.batches().front())) {
    simulator::run_life life;
    life.appears = milliseconds(1200 * place++);
    if (random.one_in(10)) life.appears += seconds(10, 300);
    life.settles = life.appears + (random.one_in(20) ? seconds(300, 900) : seconds(0, 60));
    if (random.one_in(12)) life.expires = life.appears + seconds(5, 400);
    out.runs.emplace(run->id, life);
  }
  return out;
}

struct followed {
  std::map<std::string, int> times_given;
  std::map<std::string, milliseconds> given_at;
  std::vector<simruns::lost_run> lost;
  simruns::follow_status status;
};

test::asio::awaitable<int> collect(std::shared_ptr<simruns::run_follower> runs, followed* to) {
  while (simruns::run_ptr run = co_await runs->next()) {
    std::string const id(run->id);
    ++to->times_given[id];
    to->given_at[id] = interval * (static_cast<int>(runs->status().polls) - 1);
  }
  to->lost = runs->lost();
  to->status = runs->status();
  co_return 0;
}

followed follow(std::uint64_t seed, simulator::schedule const& lives, int page_size) {
  auto const clock = std::make_shared<simulator::virtual_clock>(0);
  simulator::server_options serving;
  serving.live = lives;
  serving.clock = clock;
  simulator::background_server const sim(batch_of_500(seed), std::move(serving));
  test::asio::io_context context;
  simruns::client const client(context.get_executor(), simruns::client_config(sim.url()),
                               simruns::credentials::api_key(sim.api_key()));
  auto const key = sim.batches().front();
  simruns::run_query query(key.project, key.scenario, key.batch);
  query.page_size(page_size);
  simruns::follow_options how;
  how.poll_interval(0ms).until_count(500).deadline(2min);
  how.on_poll([clock](simruns::follow_status const&) { clock->advance(interval); });
  auto const runs = std::make_shared<simruns::run_follower>(client.follow(query, how));
  followed out;
  test::run(context, collect(runs, &out));
  return out;
}

}  // namespace

TEST_CASE("a live batch of 500 runs: each run once, within one poll of its settling, or lost") {
  auto const seed = GENERATE(std::uint64_t{1}, std::uint64_t{2});
  auto const page_size = GENERATE(100, 20);
  CAPTURE(seed, page_size);
  auto const lives = lives_of(batch_of_500(seed), seed);
  auto const got = follow(seed, lives, page_size);

  CHECK(got.status.ended == simruns::follow_end::count);
  CHECK(got.status.seen == 500);
  CHECK(got.status.pending == 0);
  std::set<std::string> lost;
  for (auto const& run : got.lost) lost.insert(run.id);
  CHECK(lost.size() == got.lost.size());
  CHECK(lost.size() >= 5);
  CHECK(got.times_given.size() + lost.size() == 500);

  for (auto const& [id, life] : lives.runs) {
    INFO("run " << id << " settles at " << life.settles.count());
    if (lost.contains(id)) {
      // It may have settled, but no poll came between that and its expiry.
      CHECK(life.expires < life.settles + interval);
      CHECK_FALSE(got.times_given.contains(id));
      continue;
    }
    REQUIRE(got.times_given.contains(id));
    CHECK(got.times_given.at(id) == 1);
    auto const delay = got.given_at.at(id) - life.settles;
    CHECK(delay >= 0ms);
    CHECK(delay <= interval);
  }
}
