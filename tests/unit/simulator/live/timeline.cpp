#include "simruns/simulator/live/detail/timeline.hpp"

#include "simruns/simulator/data/generate.hpp"
#include "simruns/simulator/store/detail/store.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sim = simruns::simulator;
using namespace std::chrono_literals;

namespace {

sim::batch_key const key{"p", "s", "b"};

std::string text_of(std::string const& id) {
  return R"({"id":")" + id +
         R"(","projectReference":"p","simulationReference":"s","simulationRunBatchReference":"b",)"
         R"("turns":[{"text":"hi"}],"totalTurns":1,"metrics":{"success":true,"status":"SUCCESS"},)"
         R"("odd": 1.50,"duration":7,"createdAt":1748854800000})";
}

/// Three runs: the first there from the start, the second pending from 10 s to 20 s, the third
/// there from 5 s to 15 s.
std::shared_ptr<sim::dataset const> three_runs() {
  auto made = std::make_shared<sim::dataset>();
  for (auto const* id : {"r1", "r2", "r3"}) made->add(sim::parse_run(text_of(id)));
  return made;
}

sim::schedule told() {
  return sim::read_schedule(R"({"runs": {"r1": {}, "r2": {"appears": 10, "settles": 20},
                                         "r3": {"appears": 5, "expires": 15}}})");
}

std::string ids_at(sim::detail::timeline const& life, std::chrono::milliseconds time) {
  std::string all;
  for (auto const* run : life.runs_at(key, time)) {
    all += run->id + (run->success ? " " : "? ");
  }
  return all;
}

}  // namespace

TEST_CASE("a pending run has no turns, no metrics and no duration, and the rest of it as it was") {
  auto const settled = sim::parse_run(text_of("r1"));
  auto const before = sim::detail::pending(settled);
  CHECK(before.json ==
        R"({"id":"r1","projectReference":"p","simulationReference":"s",)"
        R"("simulationRunBatchReference":"b","turns":[],"totalTurns":0,"metrics":{},)"
        R"("odd": 1.50,"createdAt":1748854800000})");
  CHECK(before.id == settled.id);
  CHECK(before.created_at == settled.created_at);
  CHECK(before.total_turns == 0);
  CHECK_FALSE(before.success);
  CHECK_FALSE(before.duration);
  CHECK(before.status.empty());
  auto const again = sim::parse_run(before.json);
  CHECK(again.total_turns == before.total_turns);
  CHECK(again.status == before.status);
}

TEST_CASE("runs appear, settle and expire at their times, to the millisecond") {
  sim::detail::timeline const life{three_runs(), told()};
  CHECK(ids_at(life, 0ms) == "r1 ");
  CHECK(ids_at(life, 4999ms) == "r1 ");
  CHECK(ids_at(life, 5000ms) == "r1 r3 ");
  CHECK(ids_at(life, 10'000ms) == "r1 r2? r3 ");
  CHECK(ids_at(life, 14'999ms) == "r1 r2? r3 ");
  CHECK(ids_at(life, 15'000ms) == "r1 r2? ");
  CHECK(ids_at(life, 19'999ms) == "r1 r2? ");
  CHECK(ids_at(life, 20'000ms) == "r1 r2 ");
  CHECK(life.end() == 20s);
}

TEST_CASE("a run that expires before it settles is never settled") {
  sim::detail::timeline const life{
      three_runs(), sim::read_schedule(R"({"runs": {"r1": {"settles": 20, "expires": 10}, "r2": {},
                                               "r3": {}}})")};
  CHECK(ids_at(life, 9s) == "r1? r2 r3 ");
  CHECK(ids_at(life, 10s) == "r2 r3 ");
  CHECK(ids_at(life, 20s) == "r2 r3 ");
}

TEST_CASE("a state of a batch changes with each change, and only then") {
  sim::detail::timeline const life{three_runs(), told()};
  CHECK(life.state_at(key, 0ms) == life.state_at(key, 4999ms));
  CHECK(life.state_at(key, 4999ms) != life.state_at(key, 5000ms));
  CHECK(life.state_at(key, 5000ms) == life.state_at(key, 9999ms));
  CHECK(life.state_at(key, 9999ms) != life.state_at(key, 10'000ms));
  CHECK(life.state_at(key, 20s) == life.state_at(key, 24h));
}

TEST_CASE("a batch that is not there has no runs and one state") {
  sim::detail::timeline const life{three_runs(), told()};
  CHECK(life.runs_at({"p", "s", "other"}, 1h).empty());
  CHECK(life.state_at({"p", "s", "other"}, 0ms) == life.state_at({"p", "s", "other"}, 1h));
}

TEST_CASE("every batch begins at zero, by the earliest of its runs") {
  sim::generator_options options;
  options.scenarios = 2;
  options.batches = 2;
  options.runs = 10;
  auto const runs = std::make_shared<sim::dataset const>(sim::generate(options));
  sim::detail::timeline const life{runs, {}};
  for (auto const& batch : runs->batches()) {
    CHECK(life.runs_at(batch, 0ms).size() >= 1);
    CHECK(life.runs_at(batch, 0ms).size() < 10);
    CHECK(life.runs_at(batch, 24h).size() == 10);
  }
}

TEST_CASE("a store shows the runs of the moment, and keeps no order of another one") {
  auto const clock = std::make_shared<sim::virtual_clock>();
  auto const runs = three_runs();
  auto const life = std::make_shared<sim::detail::timeline const>(runs, told());
  sim::detail::store const live{runs, life, clock};
  sim::detail::page_query query;
  query.batch = key;
  CHECK(live.page(query).total == 1);
  clock->advance(5s);
  CHECK(live.page(query).total == 2);
  clock->advance(5s);
  CHECK(live.page(query).total == 3);
  CHECK(live.page(query).runs[1]->status.empty());
  clock->advance(10s);
  CHECK(live.page(query).total == 2);
  CHECK(live.page(query).runs[1]->status == "SUCCESS");
}
