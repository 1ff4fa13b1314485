#include "simruns/simulator/data/generate.hpp"

#include "simruns/simulator/data/stored_run.hpp"
#include "support/catch.hpp"

#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sim = simruns::simulator;

namespace {

std::uint64_t digest_of(sim::dataset const& runs) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (auto const& key : runs.batches()) {
    for (auto const* run : runs.runs_of(key)) {
      for (char const c : run->json) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
      }
    }
  }
  return hash;
}

sim::generator_options options_of(std::uint64_t seed, std::size_t scenarios, std::size_t batches,
                                  std::size_t runs) {
  sim::generator_options options;
  options.seed = seed;
  options.scenarios = scenarios;
  options.batches = batches;
  options.runs = runs;
  return options;
}

sim::stored_run const& run_of(sim::dataset const& runs, std::size_t batch, std::size_t index) {
  return *runs.runs_of(runs.batches().at(batch)).at(index);
}

/// The share of successes among the runs that tell something about the agent.
double success_rate(sim::dataset const& runs, sim::batch_key const& key) {
  double successes = 0;
  double settled = 0;
  for (auto const* run : runs.runs_of(key)) {
    bool const agent_error = run->json.find("\"AI_AGENT_") != std::string::npos;
    if (run->status == "SUCCESS") ++successes;
    if (run->status == "SUCCESS" || run->status == "FAILED" || agent_error) ++settled;
  }
  return successes / settled;
}

}  // namespace

TEST_CASE("the same seed gives the same bytes on every machine and compiler") {
  CHECK(digest_of(sim::generate(options_of(42, 3, 2, 50))) == 0xac40350b4f71feffULL);
}

TEST_CASE("another seed gives other bytes") {
  auto const first = digest_of(sim::generate(options_of(1, 1, 1, 5)));
  CHECK(first != digest_of(sim::generate(options_of(2, 1, 1, 5))));
}

TEST_CASE("more scenarios, batches and runs leave the first ones unchanged") {
  auto const few = sim::generate(options_of(7, 1, 1, 3));
  auto const many = sim::generate(options_of(7, 12, 2, 9));
  for (std::size_t i = 0; i < 3; ++i) CHECK(run_of(few, 0, i).json == run_of(many, 0, i).json);
}

TEST_CASE("a generated run has the keys that its text says") {
  auto const runs = sim::generate(options_of(3, 12, 1, 40));
  std::set<std::string> ids;
  for (auto const& key : runs.batches()) {
    for (auto const* run : runs.runs_of(key)) {
      auto const again = sim::parse_run(run->json);
      REQUIRE(again.id == run->id);
      REQUIRE(again.key == run->key);
      REQUIRE(again.created_by == run->created_by);
      REQUIRE(again.end_point_type == run->end_point_type);
      REQUIRE(again.model == run->model);
      REQUIRE(again.expires_at == run->expires_at);
      REQUIRE(again.status == run->status);
      REQUIRE(again.sentiment == run->sentiment);
      REQUIRE(again.success == run->success);
      REQUIRE(again.sequence == run->sequence);
      REQUIRE(again.created_at == run->created_at);
      REQUIRE(again.duration == run->duration);
      REQUIRE(again.total_turns == run->total_turns);
      REQUIRE(again.max_turns == run->max_turns);
      ids.insert(run->id);
    }
  }
  CHECK(ids.size() == runs.size());
  CHECK(runs.batches().size() == 12);
}

TEST_CASE("createdAt grows with sequence and is sometimes tied") {
  auto const runs = sim::generate(options_of(1, 1, 1, 200));
  int ties = 0;
  for (std::size_t i = 1; i < 200; ++i) {
    auto const& before = run_of(runs, 0, i - 1);
    auto const& run = run_of(runs, 0, i);
    REQUIRE(*run.sequence == *before.sequence + 1);
    REQUIRE(*run.created_at >= *before.created_at);
    if (*run.created_at == *before.created_at) ++ties;
  }
  CHECK(ties > 5);
  CHECK(ties < 60);
}

TEST_CASE("generated runs look real") {
  auto const runs = sim::generate(options_of(1, 10, 1, 100));
  double turns = 0;
  double bytes = 0;
  std::set<std::string> statuses;
  std::string all;
  for (auto const& key : runs.batches()) {
    for (auto const* run : runs.runs_of(key)) {
      turns += static_cast<double>(*run->total_turns);
      bytes += static_cast<double>(run->json.size());
      statuses.insert(run->status);
      all += run->json;
    }
  }
  CHECK(turns / 1000 == Catch::Approx(13).margin(1));
  CHECK(bytes / 1000 == Catch::Approx(4800).margin(600));
  CHECK(statuses == std::set<std::string>{"", "ERROR", "FAILED", "SUCCESS"});
  for (std::string_view const part : {"\\n",
                                      "\\\"",
                                      "\\\\",
                                      "\\u",
                                      "\\ud83d",
                                      "😀",
                                      "ö",
                                      "ñ",
                                      "、",
                                      "\"text\":\"\"",
                                      "\"toolCalls\"",
                                      "LLM_PROVIDER_ERROR",
                                      "AI_AGENT_TIMEOUT",
                                      "UNKNOWN",
                                      "\"turns\":[]",
                                      "\"isBatchStopped\":true",
                                      "\"reason\"",
                                      "\"summary\"",
                                      "\"successRate\"",
                                      "> "}) {
    INFO(part);
    CHECK(all.find(part) != std::string::npos);
  }
}

TEST_CASE("every batch has about the success rate that is told as its true one") {
  auto const options = options_of(11, 10, 1, 500);
  auto const runs = sim::generate(options);
  auto const truths = sim::true_success_rates(options);
  REQUIRE(truths.size() == runs.batches().size());
  for (std::size_t i = 0; i < truths.size(); ++i) {
    REQUIRE(truths[i].key == runs.batches()[i]);
    auto const rate = success_rate(runs, truths[i].key);
    CHECK(rate == Catch::Approx(truths[i].success_permille / 1000.0).margin(0.05));
  }
}

TEST_CASE("from its second batch on, each third scenario is worse than it was, and says so") {
  auto const truths = sim::true_success_rates(options_of(11, 9, 2, 1));
  int regressed = 0;
  for (std::size_t i = 0; i < truths.size(); i += 2) {
    auto const& first = truths[i];
    auto const& second = truths[i + 1];
    CHECK_FALSE(first.regressed);
    CHECK(second.regressed == (second.success_permille < first.success_permille));
    CHECK((second.regressed || second.success_permille == first.success_permille));
    regressed += second.regressed;
  }
  CHECK(regressed == 3);
}

TEST_CASE("an agent that succeeds about every other time is told to be flaky") {
  int flaky = 0;
  for (auto const& truth : sim::true_success_rates(options_of(11, 20, 2, 1))) {
    CHECK(truth.flaky == (truth.success_permille >= 350 && truth.success_permille <= 650));
    flaky += truth.flaky;
  }
  CHECK(flaky > 0);
}

TEST_CASE("options out of range are refused") {
  CHECK_THROWS_AS(sim::generate(options_of(1, 0, 1, 1)), std::invalid_argument);
  CHECK_THROWS_AS(sim::generate(options_of(1, 1, 10'001, 1)), std::invalid_argument);
  sim::generator_options nameless;
  nameless.project.clear();
  CHECK_THROWS_AS(sim::generate(nameless), std::invalid_argument);
}

TEST_CASE("a batch without runs is no batch") {
  CHECK(sim::generate(options_of(1, 2, 1, 0)).batches().empty());
}
