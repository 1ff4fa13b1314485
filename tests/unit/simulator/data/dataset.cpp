#include "simruns/simulator/data/dataset.hpp"

#include "simruns/page/parse_page.hpp"
#include "simruns/page/run.hpp"
#include "simruns/page/verdict.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "support/catch.hpp"

#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace sim = simruns::simulator;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string line(std::string const& id, std::string const& batch = "b",
                 std::string const& more = "") {
  return "{\"id\":\"" + id +
         "\",\"projectReference\":\"p\",\"simulationReference\":\"s\","
         "\"simulationRunBatchReference\":\"" +
         batch + "\"" + more + "}";
}

sim::dataset read(std::string const& text) {
  std::istringstream input{text};
  return sim::read_jsonl(input, "runs.jsonl");
}

std::string problem_of(std::string const& text) {
  try {
    read(text);
  } catch (sim::dataset_error const& problem) {
    return problem.what();
  }
  return "no problem";
}

}  // namespace

TEST_CASE("a run's text is kept byte for byte, without the white space around it") {
  std::string const odd = "{ \"x\" : 1.10 , \"\\u0069d\":\"a\",  " + line("a").substr(1);
  auto const runs = read("\xef\xbb\xbf  " + odd + " \r\n\n\t" + line("b") + "\n   \n");
  auto const& batch = runs.runs_of({"p", "s", "b"});
  REQUIRE(batch.size() == 2);
  CHECK(batch[0]->json == odd);
  CHECK(batch[1]->json == line("b"));
}

TEST_CASE("runs are grouped by batch, batches in the order of their first runs") {
  auto const runs = read(line("1", "y") + "\n" + line("2", "x") + "\n" + line("3", "y"));
  REQUIRE(runs.batches().size() == 2);
  CHECK(runs.batches()[0].batch == "y");
  CHECK(runs.batches()[1].batch == "x");
  CHECK(runs.runs_of({"p", "s", "y"}).size() == 2);
  CHECK(runs.runs_of({"p", "s", "z"}).empty());
  CHECK(runs.size() == 3);
  CHECK(runs.has_project("p"));
  CHECK_FALSE(runs.has_project("q"));
}

TEST_CASE("the keys of a run are taken where the contract has them") {
  auto const run = sim::parse_run(
      line("a", "b",
           ",\"sequence\":7,\"createdAt\":1.764e12,\"duration\":5,\"totalTurns\":2,\"maxTurns\":9,"
           "\"endPointType\":\"rest\",\"createdBy\":\"u\",\"expiresAt\":\"2025\","
           "\"largeLanguageModelReferenceId\":\"m\",\"metrics\":{\"status\":\"FAILED\","
           "\"success\":false,\"sentiment\":\"neutral\"}"));
  CHECK(run.id == "a");
  CHECK(run.sequence == 7);
  CHECK(run.created_at == 1'764'000'000'000);
  CHECK(run.duration == 5);
  CHECK(run.total_turns == 2);
  CHECK(run.max_turns == 9);
  CHECK(run.end_point_type == "rest");
  CHECK(run.created_by == "u");
  CHECK(run.expires_at == "2025");
  CHECK(run.model == "m");
  CHECK(run.status == "FAILED");
  CHECK(run.success == false);
  CHECK(run.sentiment == "neutral");
}

TEST_CASE("a value of an odd type is no reason to refuse a run") {
  auto const run = sim::parse_run(line("a", "b",
                                       ",\"sequence\":\"7\",\"createdAt\":1.5,\"duration\":null,"
                                       "\"totalTurns\":1e300,\"metrics\":[]"));
  CHECK_FALSE(run.sequence.has_value());
  CHECK_FALSE(run.created_at.has_value());
  CHECK_FALSE(run.duration.has_value());
  CHECK_FALSE(run.total_turns.has_value());
  CHECK_FALSE(run.success.has_value());
}

TEST_CASE("_id does for a missing id") {
  std::string text = line("a");
  text.replace(text.find("\"id\""), 4, "\"_id\"");
  CHECK(sim::parse_run(text).id == "a");
}

TEST_CASE("an unusable line is named with its file, its number and what is wrong") {
  CHECK_THAT(problem_of(line("a") + "\n\n{\"id\": }"), ContainsSubstring("runs.jsonl:3: not JSON"));
  CHECK_THAT(problem_of("[]"), ContainsSubstring("runs.jsonl:1:") && ContainsSubstring("object"));
  CHECK_THAT(problem_of("{\"id\":\"a\"}"), ContainsSubstring("`projectReference`"));
  CHECK_THAT(problem_of(line("a", "")), ContainsSubstring("`simulationRunBatchReference`"));
  CHECK_THAT(problem_of(line("a") + "\n" + line("a")),
             ContainsSubstring("runs.jsonl:2: a second run with the id \"a\""));
  CHECK_THAT(problem_of(line("a") + " {}"), ContainsSubstring("not JSON at byte 94 of 96"));
  CHECK_THAT(problem_of(line("\xff")), ContainsSubstring("not UTF-8 at byte 7 of"));
  CHECK_THAT(problem_of(line("a", "b", ",\"x\":" + std::string(600, '['))),
             ContainsSubstring("nested too deep at byte"));
}

TEST_CASE("what a page may hold is taken, and read as it is in a page") {
  std::vector<std::string> odd{R"("\ud83d")",
                               R"("\uDE00")",
                               R"("\ude00\ud83d")",
                               R"("\ud83d\ud83d\ude00")",
                               R"("x\ud83dx")",
                               R"("\ud83d\n")",
                               R"("\u0000")",
                               R"("\uffff\u001b")",
                               "\"\u2028\u0085\x7f\"",
                               R"("\ud83d\uDE00")",
                               "\"\U0001F600\"",
                               "1e400",
                               "-1e2147483648",
                               "1e99999999999",
                               "0e-99999999999",
                               "-0",
                               "123456789012345678901234567890"};
  odd.push_back(std::string(500, '[') + std::string(500, ']'));
  for (auto const& value : odd) {
    for (auto const* name : {"id", "_id", "projectReference", "createdBy", "expiresAt", "sequence",
                             "turns", "metrics", "brandNew", "i\\ud83dd", "\\u0069d"}) {
      auto const member = "{\"" + std::string{name} + "\":" + value;
      for (auto const& text :
           {member + "," + line("a").substr(1), line("a", "b", "," + member.substr(1)),
            line("a", "b", "," + member.substr(1) + ",\"metrics\":" + member + "}")}) {
        INFO(text);
        auto const page = simruns::parse_page("{\"data\":[" + text + "]}");
        REQUIRE(page.has_value());
        auto const& as_read = (*page)[0];
        if (as_read.project.value_or("").empty()) {
          CHECK_THAT(problem_of(text), ContainsSubstring("`projectReference`"));
          continue;
        }
        auto const stored = sim::parse_run(text);
        CHECK(stored.json == text);
        CHECK(stored.id == as_read.id);
        CHECK(stored.key.project == as_read.project.value_or(""));
        CHECK(stored.created_by == as_read.created_by.value_or(""));
        CHECK(stored.sequence.has_value() == as_read.sequence.has_value());
      }
    }
  }
}

TEST_CASE("a run is pending here if it is on a page") {
  for (std::string const value :
       {"null", "true", "false", "0", "\"\"", "\"ERROR\"", "\"NEW\"", "[]", "[ ]", "[{}]", "{}",
        R"({"category":"NONE"})", R"({"a":1})"}) {
    for (std::string const name :
         {"status", "success", "results", "successRate", "summary", "sentiment", "isBatchStopped",
          "isConversationEnded", "errorInfo", "brandNew", "stat\\u0075s"}) {
      for (std::string const& metrics : {"{\"" + name + "\":" + value + "}", value}) {
        INFO(metrics);
        auto const text = line("a", "b", ",\"metrics\":" + metrics);
        auto const page = simruns::parse_page("{\"data\":[" + text + "]}");
        REQUIRE(page.has_value());
        bool const pending = simruns::verdict_of((*page)[0]) == simruns::verdict::pending;
        CHECK(sim::parse_run(text).pending == pending);
      }
    }
  }
  CHECK(sim::parse_run(line("a")).pending);
}

TEST_CASE("lines of scenarios and batches are no runs, and the last one of a reference counts") {
  auto const runs = read(R"({"batch":{"referenceId":"b","simulationReference":"s","name":"old"}})"
                         "\n" +
                         line("a") +
                         R"(
{ "scenario" : {"referenceId":"s","projectReference":"p","name":"Eins"} }
{"batch":{"referenceId":"b","name":"new"},"of":{"projectReference":"p","simulationReference":"s"}})");
  CHECK(runs.size() == 1);
  CHECK(runs.batches().size() == 1);
  REQUIRE(runs.told_batch({"p", "s", "b"}) != nullptr);
  REQUIRE(runs.told_scenario({"p", "s", {}}) != nullptr);
  CHECK(runs.told_scenario({"p", "s", {}})->name == "Eins");
  CHECK(runs.told_batch({"p", "s", "c"}) == nullptr);
}

TEST_CASE("a scenario or a batch that nobody could ask for is refused by its line") {
  CHECK_THAT(problem_of(R"({"scenario":{"projectReference":"p"}})"),
             ContainsSubstring("runs.jsonl:1: `referenceId` must be a text"));
  CHECK_THAT(problem_of(R"({"scenario":{"referenceId":"s"}})"),
             ContainsSubstring("without it the scenario cannot be asked for"));
  CHECK_THAT(problem_of(line("a") + "\n" + R"({"batch":{"referenceId":"b"}})"),
             ContainsSubstring("runs.jsonl:2: `simulationReference`"));
  CHECK_THAT(problem_of(R"({"batch":{"referenceId":"b","simulationReference":"t"}})"),
             ContainsSubstring("no one project has the scenario of this batch"));
  CHECK_THAT(problem_of(R"({"scenario":{"referenceId":"s"},"of":{"projectReference":"p"})"),
             ContainsSubstring("not JSON at byte"));
}

TEST_CASE("a run that has a member of such a name is a run") {
  auto const runs = read("{\"batch\":{\"a\":1}," + line("a").substr(1));
  CHECK(runs.size() == 1);
}

TEST_CASE("an id may stand in two batches, and any number of runs may have none") {
  auto const nameless = "{" + line("").substr(9);
  auto const runs = read(line("a", "x") + "\n" + line("a", "y") + "\n" + nameless + "\n" +
                         line("") + "\n" + nameless);
  CHECK(runs.runs_of({"p", "s", "x"}).size() == 1);
  CHECK(runs.runs_of({"p", "s", "y"}).size() == 1);
  REQUIRE(runs.runs_of({"p", "s", "b"}).size() == 3);
  CHECK(runs.runs_of({"p", "s", "b"})[0]->json == nameless);
}

TEST_CASE("a reference that a run does not name is that of the batch it was read from") {
  sim::batch_key const read_from{"p0", "s0", "b0"};
  CHECK(sim::parse_run(line("a"), read_from).key == sim::batch_key{"p", "s", "b"});
  CHECK(sim::parse_run(line("a", ""), read_from).key == sim::batch_key{"p", "s", "b0"});
  CHECK(sim::parse_run("{\"projectReference\":7}", read_from).key == read_from);
  CHECK(sim::parse_run("{\"projectReference\":7}", read_from).json == "{\"projectReference\":7}");
}

TEST_CASE("an input without runs is refused") {
  CHECK_THAT(problem_of(""), ContainsSubstring("runs.jsonl: no runs"));
  CHECK_THAT(problem_of("\n \n"), ContainsSubstring("no runs"));
}

TEST_CASE("a file that is not there is named") {
  CHECK_THROWS_WITH(sim::load_jsonl("/does/not/exist.jsonl"),
                    ContainsSubstring("/does/not/exist.jsonl: cannot be opened"));
}

TEST_CASE("a data set that was moved still finds its runs") {
  auto first = read(line("a"));
  auto const second = std::move(first);
  CHECK(second.runs_of({"p", "s", "b"}).front()->id == "a");
}
