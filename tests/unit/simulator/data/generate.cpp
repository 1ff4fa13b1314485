#include "simruns/simulator/data/generate.hpp"

#include "simruns/simulator/data/stored_run.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

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

/// Where the outages of a batch begin, counted from the first run: in each 20 runs the provider
/// fails in the 8 from there on. 20: there is no such place.
std::size_t outage_place(sim::dataset const& runs, sim::batch_key const& key) {
  auto const& all = runs.runs_of(key);
  for (std::size_t place = 0; place + 8 <= 20; ++place) {
    bool fits = true;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i % 20 < place || i % 20 >= place + 8) continue;
      fits = fits && all[i]->status == "ERROR" &&
             all[i]->json.find("\"LLM_PROVIDER_ERROR\"") != std::string::npos;
    }
    if (fits) return place;
  }
  return 20;
}

/// How often each criterion is not met, per failure, in the runs of a scenario.
std::map<std::string, double> failed_criteria(sim::dataset const& runs, sim::batch_key const& key) {
  std::map<std::string, double> shares;
  double failures = 0;
  for (auto const* run : runs.runs_of(key)) {
    if (run->status != "FAILED") continue;
    ++failures;
    auto const json = boost::json::parse(run->json);
    for (auto const& result : json.at("metrics").at("results").as_array()) {
      shares[result.at("name").as_string().c_str()] += result.at("success").as_bool() ? 0 : 1;
    }
  }
  for (auto& [name, share] : shares) share /= failures;
  return shares;
}

/// What the agent says in the turns of a run, in order.
std::vector<std::string> agent_texts(sim::stored_run const& run) {
  std::vector<std::string> texts;
  auto const json = boost::json::parse(run.json);
  for (auto const& turn : json.at("turns").as_array()) {
    auto const* data = turn.as_object().if_contains("data");
    if (data == nullptr || data->at("role").as_string() != "assistant") continue;
    texts.emplace_back(turn.at("text").as_string());
  }
  return texts;
}

}  // namespace

TEST_CASE("the same seed gives the same bytes on every machine and compiler") {
  CHECK(digest_of(sim::generate(options_of(42, 3, 3, 50))) == 0xdb369ac81def53b0ULL);
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
  CHECK(turns / 1000 == Catch::Approx(14).margin(1));
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

TEST_CASE("in the third batch of each scenario an outage ends 8 of each 20 runs") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    auto const options = options_of(seed, 4, 4, 200);
    auto const runs = sim::generate(options);
    auto const truths = sim::true_success_rates(options);
    std::set<std::size_t> places;
    for (std::size_t i = 0; i < truths.size(); ++i) {
      INFO(truths[i].key.batch);
      bool const third = i % 4 == 2;
      auto const place = outage_place(runs, truths[i].key);
      CHECK((place < 20) == third);
      CHECK(truths[i].outage == (third ? 80 : 0));
      if (third) places.insert(place);
    }
    CHECK(places.size() == 1);
  }
}

TEST_CASE("a batch that ends amid an outage counts the runs that it took") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    auto const runs = sim::generate(options_of(seed, 1, 3, 200));
    auto const place = outage_place(runs, runs.batches().at(2));
    std::size_t taken = 0;
    for (std::size_t count = 1; count <= 45; ++count) {
      auto const last = (count - 1) % 20;
      if (last >= place && last < place + 8) ++taken;
      CHECK(sim::true_success_rates(options_of(seed, 1, 3, count)).at(2).outage == taken);
    }
  }
}

TEST_CASE("an outage leaves the agent's true rate as it is") {
  auto const options = options_of(11, 10, 3, 800);
  auto const runs = sim::generate(options);
  auto const truths = sim::true_success_rates(options);
  for (std::size_t i = 2; i < truths.size(); i += 3) {
    CHECK(truths[i].success_permille == truths[i - 1].success_permille);
    auto const rate = success_rate(runs, truths[i].key);
    CHECK(rate == Catch::Approx(truths[i].success_permille / 1000.0).margin(0.09));
  }
}

TEST_CASE("the failures of a scenario have a criterion that they rarely meet, as it says") {
  auto const options = options_of(11, 10, 1, 1500);
  auto const runs = sim::generate(options);
  std::set<std::string> told;
  for (auto const& truth : sim::true_success_rates(options)) {
    INFO(truth.key.batch);
    auto shares = failed_criteria(runs, truth.key);
    REQUIRE(shares.size() == 2);
    CHECK(shares.extract(truth.weakness).mapped() == Catch::Approx(0.85).margin(0.13));
    CHECK(shares.begin()->second == Catch::Approx(0.3).margin(0.17));
    told.insert(truth.weakness);
  }
  CHECK(told == std::set<std::string>{"goal", "conduct"});
}

TEST_CASE("in every fourth scenario some failures are of an agent that says one text for ever") {
  auto const options = options_of(11, 8, 1, 1000);
  auto const runs = sim::generate(options);
  std::size_t scenario = 0;
  for (auto const& truth : sim::true_success_rates(options)) {
    INFO(truth.key.batch);
    CHECK(truth.stuck_permille == (scenario++ % 4 == 1 ? 200 : 0));
    double failures = 0;
    double stuck = 0;
    for (auto const* run : runs.runs_of(truth.key)) {
      if (run->status != "FAILED") continue;
      ++failures;
      bool const ended = run->json.find("\"isConversationEnded\":true") != std::string::npos;
      if (ended) continue;
      ++stuck;
      CHECK(run->total_turns == 30);
      CHECK(run->max_turns == 30);
      auto const said = agent_texts(*run);
      CHECK(std::count(said.begin(), said.end(), said.back()) >= 10);
    }
    CHECK(stuck / failures == Catch::Approx(truth.stuck_permille / 1000.0).margin(0.09));
  }
}

TEST_CASE("a judge passes some of the runs that failed, and tells which; the truth stays") {
  auto options = options_of(11, 8, 3, 500);
  auto const right = sim::generate(options);
  for (auto const& truth : sim::true_success_rates(options)) CHECK(truth.wrongly_passed.empty());
  options.wrongly_passed_permille = 150;
  auto const judged = sim::generate(options);
  double failed = 0;
  double passed = 0;
  for (auto const& truth : sim::true_success_rates(options)) {
    INFO(truth.key.batch);
    std::set<std::string> const wrong{truth.wrongly_passed.begin(), truth.wrongly_passed.end()};
    auto const& were = right.runs_of(truth.key);
    auto const& are = judged.runs_of(truth.key);
    REQUIRE(are.size() == were.size());
    for (std::size_t i = 0; i < are.size(); ++i) {
      REQUIRE(are[i]->id == were[i]->id);
      bool const is_wrong = wrong.contains(are[i]->id);
      failed += were[i]->status == "FAILED";
      passed += is_wrong;
      if (is_wrong) {
        CHECK(were[i]->status == "FAILED");
        CHECK(are[i]->status == "SUCCESS");
        CHECK(are[i]->total_turns == were[i]->total_turns);
      } else {
        CHECK(are[i]->json == were[i]->json);
      }
    }
  }
  CHECK(passed / failed == Catch::Approx(0.15).margin(0.02));
}

TEST_CASE("a judge may pass every run that failed, and no more") {
  auto options = options_of(3, 2, 1, 100);
  options.wrongly_passed_permille = 1000;
  auto const runs = sim::generate(options);
  for (auto const& truth : sim::true_success_rates(options)) {
    CHECK_FALSE(truth.wrongly_passed.empty());
    for (auto const* run : runs.runs_of(truth.key)) CHECK(run->status != "FAILED");
  }
  options.wrongly_passed_permille = 1001;
  CHECK_THROWS_AS(sim::generate(options), std::invalid_argument);
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
