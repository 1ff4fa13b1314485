#include "simruns/simulator/live/schedule.hpp"

#include "simruns/simulator/data/stored_run.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sim = simruns::simulator;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

std::int64_t const start = 1'748'854'800'000;  // 2025-06-02T09:00:00Z

sim::stored_run run_made_at(std::string id, std::optional<std::int64_t> created_at,
                            std::optional<std::int64_t> duration = std::nullopt,
                            std::string expires_at = "") {
  sim::stored_run made;
  made.id = std::move(id);
  made.created_at = created_at;
  made.duration = duration;
  made.expires_at = std::move(expires_at);
  return made;
}

std::string problem_of(std::string const& text) {
  try {
    sim::read_schedule(text);
  } catch (sim::script_error const& refused) {
    return refused.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("without being told, a run lives by its own times") {
  auto const life = sim::schedule{}.life_of(
      run_made_at("a", start + 5000, 20'000, "2025-06-02T10:00:00.000Z"), 3, start);
  CHECK(life.appears == 5s);
  CHECK(life.settles == 25s);
  CHECK(life.expires == 1h);
}

TEST_CASE("a run that tells nothing is there from the start, settled, for ever") {
  auto const life = sim::schedule{}.life_of(run_made_at("a", std::nullopt), 3, start);
  CHECK(life.appears == 0s);
  CHECK(life.settles == 0s);
  CHECK(life.expires == sim::run_life::never);
}

TEST_CASE("a createdAt in seconds is one") {
  CHECK(sim::schedule::created_at(run_made_at("a", start / 1000)) == start);
  CHECK(sim::schedule::created_at(run_made_at("a", start)) == start);
}

TEST_CASE("times beyond all measure are bounded, not added up until they overflow") {
  auto const most = std::numeric_limits<std::int64_t>::max();
  auto const least = std::numeric_limits<std::int64_t>::min();
  auto const run = run_made_at("a", most, most, "9999-12-31T23:59:59Z");
  auto const life =
      sim::schedule{}.life_of(run, 0, sim::schedule::created_at(run_made_at("b", least)));
  CHECK(life.appears > 0s);
  CHECK(life.settles > life.appears);
  CHECK(sim::schedule{}.life_of(run_made_at("a", start, least), 0, start).settles == 0s);
}

TEST_CASE("a schedule tells when runs appear, settle and expire") {
  auto const told =
      sim::read_schedule(R"({"appear_every": 2, "settle_after": 5.5, "expire_after": 60})");
  auto const life =
      told.life_of(run_made_at("a", start + 999'000, 1, "2025-06-02T10:00:00Z"), 3, start);
  CHECK(life.appears == 6s);
  CHECK(life.settles == 11'500ms);
  CHECK(life.expires == 66s);
}

TEST_CASE("settling times of a range are drawn by the seed and the id, not by the order") {
  auto const told = sim::read_schedule(R"({"settle_after": [5, 60], "seed": 7})");
  auto const other = sim::read_schedule(R"({"settle_after": [5, 60], "seed": 8})");
  std::set<std::chrono::milliseconds> times;
  int differ = 0;
  for (int i = 0; i < 100; ++i) {
    auto const run = run_made_at("run-" + std::to_string(i), start);
    auto const life = told.life_of(run, 0, start);
    CHECK(life.settles >= 5s);
    CHECK(life.settles <= 60s);
    CHECK(life.settles == told.life_of(run, 50, start).settles);
    times.insert(life.settles);
    differ += life.settles != other.life_of(run, 0, start).settles;
  }
  CHECK(times.size() > 90);
  CHECK(differ > 90);
}

TEST_CASE("a run that is told one by one lives as told, whatever the rest says") {
  auto const told = sim::read_schedule(
      R"({"appear_every": 2, "runs": {"a": {"appears": 1, "settles": 10.25, "expires": 20}, "b": {}}})");
  auto const life = told.life_of(run_made_at("a", start, 9), 7, start);
  CHECK(life.appears == 1s);
  CHECK(life.settles == 10'250ms);
  CHECK(life.expires == 20s);
  auto const whole = told.life_of(run_made_at("b", start, 9), 7, start);
  CHECK(whole.appears == 0s);
  CHECK(whole.settles == 0s);
  CHECK(whole.expires == sim::run_life::never);
  CHECK(told.life_of(run_made_at("c", start), 7, start).appears == 14s);
}

TEST_CASE("whatever is wrong in a schedule is refused by its place and what would be right") {
  std::vector<std::pair<std::string, std::string>> const wrong{
      {"x", "not JSON"},
      {"[]", "schedule: must be an object"},
      {R"({"appears_every": 1})",
       "schedule.appears_every: is not known here; there is appear_every"},
      {R"({"appear_every": -1})", "schedule.appear_every: must be a number from 0"},
      {R"({"settle_after": [1]})", "schedule.settle_after: must be seconds, or the least"},
      {R"({"settle_after": [2, 1]})", "schedule.settle_after: must name the least first"},
      {R"({"settle_after": "5"})", "schedule.settle_after: must be a number"},
      {R"({"expire_after": null})", "schedule.expire_after: must be a number"},
      {R"({"seed": 1.5})", "schedule.seed: must be a whole number"},
      {R"({"runs": []})", "schedule.runs: must be an object of ids"},
      {R"({"runs": {"a": 1}})", "schedule.runs.a: must be an object"},
      {R"({"runs": {"a": {"dies": 1}}})", "schedule.runs.a.dies: is not known here"},
      {R"({"runs": {"a": {"appears": 2, "settles": 1}}})", "schedule.runs.a: settles before"},
      {R"({"runs": {"a": {"appears": 2, "expires": 1}}})", "schedule.runs.a: expires before"},
  };
  for (auto const& [text, expected] : wrong) {
    INFO(text);
    CHECK_THAT(problem_of(text), ContainsSubstring(expected));
  }
}
