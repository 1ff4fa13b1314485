// Scenarios and batches, read from their own texts: what is odd is kept as far as it fits, and
// said.

#include "simruns/page/batch_info.hpp"
#include "simruns/page/parse_page.hpp"
#include "simruns/page/scenario.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using simruns::batch_info;
using simruns::batch_state;
using simruns::resource;
using simruns::scenario;

namespace {

std::vector<std::string> issues_of(simruns::item_notes const& item) {
  std::vector<std::string> out;
  for (auto const& one : item.issues) out.push_back(one.path + ": " + one.message);
  return out;
}

batch_state state_of(std::string_view json) { return batch_info::from_json(json).state(); }

/// The page that a response is, which must be one.
simruns::page page_of(resource what, std::string body) {
  auto parsed = simruns::parse_response(what, std::move(body), {});
  REQUIRE(parsed.has_value());
  return *parsed;
}

}  // namespace

TEST_CASE("a scenario has every member of the contract by a name of its own") {
  auto const one = scenario::from_json(R"({
    "id": "i", "referenceId": "r", "name": "Ref\u00fcnd \ud83d\ude00", "persona": "p",
    "personaName": "Ann", "mission": "m", "successCriteria": [{"type": "text", "params": {}}],
    "organisationReference": "o", "projectReference": "q", "createdAt": 1718000000000,
    "createdBy": "c", "lastChanged": 1718000000, "lastChangedBy": "d", "updatedAt": null,
    "updatedBy": "e", "maxTurns": 30, "timeout": 9e2, "aiAgentReferenceId": "f", "aiAgentId": "g",
    "flowReferenceId": "h", "flowId": "k", "jobNodeId": "l",
    "nextScheduledRun": "2026-01-02T03:04:05Z", "colour": {"a": [1e400]}})");
  CHECK(issues_of(one).empty());
  CHECK(*one.reference == "r");
  CHECK(*one.name == "Ref\u00fcnd \U0001F600");
  CHECK(*one.success_criteria == R"([{"type": "text", "params": {}}])");
  CHECK(one.created_at->time_since_epoch().count() == 1718000000000);
  CHECK(one.last_changed == one.created_at);
  CHECK(one.updated_at.is_null());
  CHECK(*one.timeout == 900);
  CHECK(*one.job_node == "l");
  CHECK(one.next_scheduled_run->time_since_epoch().count() == 1767323045000);
  REQUIRE(one.extra.size() == 1);
  CHECK(one.extra[0].first == "colour");
  CHECK(one.extra[0].second == R"({"a": [1e400]})");
}

TEST_CASE("what is odd about a scenario or a batch is kept as far as it fits, and said") {
  auto const odd = batch_info::from_json(
      R"({"id": 7, "name": "a", "name": "b", "runs": 2.5, "createdAt": "soon", "failedRuns": null})");
  CHECK(issues_of(odd) == std::vector<std::string>{
                              "/id: expected string, got number",
                              "/name: duplicate member; the last wins",
                              "/runs: expected integer, got another number",
                              "/createdAt: expected integer, got string",
                          });
  CHECK_FALSE(odd.id);
  CHECK(*odd.name == "b");
  CHECK_FALSE(odd.runs);
  CHECK(odd.failed_runs.is_null());
  CHECK(issues_of(scenario::from_json("[7]")) ==
        std::vector<std::string>{": expected object, got array"});
  auto const bare = issues_of(scenario::from_json("{}"));
  CHECK(bare.size() == 11);
  CHECK(bare.front() == "/id: required, but missing");
  CHECK(issues_of(batch_info::from_json("{}")).empty());
}

TEST_CASE("a batch's state is its status where that is told, else what the other members say") {
  CHECK(state_of(R"({"status": "COMPLETED"})") == batch_state::completed);
  CHECK(state_of(R"({"status": "STOPPED", "completedRuns": 1, "runs": 5})") ==
        batch_state::stopped);
  CHECK(state_of(R"({"status": "FAILED"})") == batch_state::failed);
  CHECK(state_of(R"({"status": "IN_PROGRESS", "completedAt": 1718000000000})") ==
        batch_state::in_progress);
  CHECK(state_of(R"({"status": "PAUSED", "completedAt": 1718000000000})") == batch_state::unknown);
  CHECK(state_of(R"({"completedAt": 1718000000000})") == batch_state::completed);
  CHECK(state_of(R"({"completedAt": 0, "runs": 5, "completedRuns": 1})") ==
        batch_state::in_progress);
  CHECK(state_of(R"({"runs": 5, "completedRuns": 4, "failedRuns": 1})") == batch_state::completed);
  CHECK(state_of(R"({"runs": 5})") == batch_state::unknown);
  CHECK(state_of(R"({"runs": 0, "completedRuns": 0})") == batch_state::unknown);
  CHECK(state_of("{}") == batch_state::unknown);
}

TEST_CASE("counts of a batch that no batch can have add up to nothing false") {
  auto const settled = [](std::string_view json) {
    return batch_info::from_json(json).settled_runs();
  };
  CHECK(settled(R"({"completedRuns": 3, "failedRuns": 2})") == 5);
  CHECK(settled(R"({"completedRuns": 3, "failedRuns": null})") == 3);
  for (auto const* const odd :
       {R"({"completedRuns": 3, "failedRuns": -2})", R"({"completedRuns": 3, "failedRuns": "2"})",
        R"({"completedRuns": 9223372036854775807, "failedRuns": 1})", R"({"runs": 3})"}) {
    INFO(odd);
    CHECK_FALSE(settled(odd).has_value());
  }
}

TEST_CASE("a page of scenarios is a page of their ids and texts") {
  auto const whole = page_of(resource::scenarios, R"({"data": [
      {"referenceId": "r", "id": "a", "turns": 7, "metrics": []}, {"referenceId": "b"},
      {"name": "c"}, 7], "pagination": {"total": 4, "hasNext": false}})");
  REQUIRE(whole.size() == 4);
  CHECK(whole[0].id == "a");
  CHECK(whole[1].id == "b");
  CHECK(whole[2].id.empty());
  CHECK(whole[0].json() == R"({"referenceId": "r", "id": "a", "turns": 7, "metrics": []})");
  CHECK(whole[0].issues.empty());
  REQUIRE(whole[2].issues.size() == 1);
  CHECK(whole[2].issues[0].path == "/data/2/id");
  CHECK(whole[3].json() == "7");
}

TEST_CASE("one run is a page of its own, its issues at the paths that they have in a page") {
  auto const whole = page_of(resource::run, R"({"id": "a", "sequence": "x"})");
  REQUIRE(whole.size() == 1);
  CHECK(whole[0].id == "a");
  CHECK(whole[0].json() == R"({"id": "a", "sequence": "x"})");
  CHECK(whole[0].issues[0].path == "/data/0/sequence");
}

TEST_CASE("a body that is no run or no batch is refused, with what is wrong") {
  auto const refused = [](resource what, std::string body) {
    auto const parsed = simruns::parse_response(what, std::move(body), {});
    REQUIRE_FALSE(parsed.has_value());
    return parsed.error().message;
  };
  CHECK(refused(resource::batch, "[]") == "the body is an array, not an object");
  CHECK(refused(resource::batch, R"({"error": "nope"})") ==
        "no `id` in the body; is the base URL right?");
  CHECK(refused(resource::run, R"({"id": "a"} x)").starts_with("not JSON at byte 12 of 13"));
  CHECK(refused(resource::run, R"({"id": "a", "sequence": NaN})") ==
        "not JSON at byte 24 of 28: NaN, in the run at /data/0, id a");
  CHECK(refused(resource::scenarios, R"({"data": [{"id": "a", "x": NaN}]})") ==
        "not JSON at byte 27 of 33: NaN, in the scenario at /data/0, id a");
}
