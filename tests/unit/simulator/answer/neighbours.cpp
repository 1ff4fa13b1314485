#include "simruns/simulator/answer/detail/responder.hpp"
#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/generate.hpp"
#include "simruns/simulator/store/detail/store.hpp"
#include "support/catch.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim = simruns::simulator;
namespace json = boost::json;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string const simulations = "/testing/simulations";
std::string const project = "?projectId=demo-project";

sim::detail::responder responder_of(sim::dataset runs, bool neighbours = true) {
  auto data = std::make_shared<sim::dataset const>(std::move(runs));
  return {std::make_shared<sim::detail::store const>(std::move(data)),
          {{"key", "token"}, "/testing", "spare-project", 1, neighbours}};
}

sim::detail::responder generated(bool neighbours = true) {
  sim::generator_options options;
  options.scenarios = 12;
  options.batches = 3;
  options.runs = 10;
  return responder_of(sim::generate(options), neighbours);
}

/// A Simulator of these lines.
sim::detail::responder of_lines(std::string const& lines) {
  std::istringstream input{lines};
  return responder_of(sim::read_jsonl(input));
}

sim::response ask(sim::detail::responder const& server, std::string_view target,
                  std::string_view key = "key") {
  sim::detail::api_request request;
  request.method = "GET";
  request.target = target;
  request.credentials.api_keys.push_back(key);
  return server.respond(request);
}

json::object object_of(sim::detail::responder const& server, std::string_view target) {
  INFO(target);
  auto const reply = ask(server, target);
  INFO(reply.body);
  REQUIRE(reply.status == 200);
  return json::parse(reply.body).as_object();
}

std::vector<json::object> data_of(sim::detail::responder const& server, std::string_view target) {
  std::vector<json::object> items;
  auto const page = object_of(server, target);
  for (auto const& item : page.at("data").as_array()) {
    items.push_back(item.as_object());
  }
  return items;
}

std::string text(json::object const& item, std::string_view name) {
  return std::string{item.at(name).as_string().c_str()};
}

/// The values of a member of all items.
std::vector<std::string> texts(std::vector<json::object> const& items, std::string_view name) {
  std::vector<std::string> all;
  for (auto const& item : items) all.push_back(text(item, name));
  return all;
}

std::string field_refused_by(sim::response const& reply) {
  INFO(reply.body);
  REQUIRE(reply.status == 400);
  return text(json::parse(reply.body).as_object(), "field");
}

std::string run_line(std::string const& id, std::string const& rest,
                     std::string const& batch = "b") {
  return R"({"id":")" + id + R"(","projectReference":"p","simulationReference":"s",)" +
         R"("simulationRunBatchReference":")" + batch + "\"" + rest + "}\n";
}

constexpr std::string_view settled = R"(,"metrics":{"status":"SUCCESS","success":true})";

}  // namespace

TEST_CASE("a scenario has a name, a persona, a mission, and the criteria of its first run") {
  auto const server = generated();
  auto const items = data_of(server, simulations + project + "&limit=100");
  REQUIRE(items.size() == 12);
  auto const names = texts(items, "name");
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == 12);
  for (auto const& item : items) {
    for (auto const* name : {"persona", "personaName", "mission", "createdBy"}) {
      CHECK_FALSE(text(item, name).empty());
    }
    CHECK(text(item, "id").size() == 24);
    CHECK(text(item, "projectReference") == "demo-project");
    auto const runs = data_of(server, simulations + "/" + text(item, "referenceId") + "/batches/" +
                                          text(item, "referenceId") + "-batch-1/runs" + project +
                                          "&sort=sequence:asc");
    CHECK(item.at("successCriteria") == runs.front().at("successCriteria"));
    CHECK(item.at("organisationReference") == runs.front().at("organisationReference"));
  }
}

TEST_CASE("more scenarios leave the scenarios before them as they are") {
  auto const few = responder_of(sim::generate());
  auto const first = data_of(few, simulations + project + "&sort=referenceId:asc");
  auto const more = data_of(generated(), simulations + project + "&sort=referenceId:asc&limit=100");
  for (auto const& item : first) {
    auto const found = std::find_if(more.begin(), more.end(), [&item](json::object const& other) {
      return other.at("id") == item.at("id");
    });
    REQUIRE(found != more.end());
    CHECK(found->at("name") == item.at("name"));
    CHECK(found->at("persona") == item.at("persona"));
  }
}

TEST_CASE("a scenario tells its next run only where that is asked for") {
  auto const server = generated();
  auto const scheduled = [&server](std::string const& rest) {
    std::size_t count = 0;
    for (auto const& item : data_of(server, simulations + project + "&limit=100" + rest)) {
      count += item.contains("nextScheduledRun") ? 1 : 0;
    }
    return count;
  };
  CHECK(scheduled("") == 0);
  CHECK(scheduled("&includeUpcomingSchedule=false") == 0);
  for (auto const* wrong : {"1", "TRUE", ""}) {
    auto const target = simulations + project + "&includeUpcomingSchedule=" + wrong;
    CHECK(field_refused_by(ask(server, target)) == "includeUpcomingSchedule");
  }
  CHECK(scheduled("&includeUpcomingSchedule=true") > 0);
  CHECK(scheduled("&includeUpcomingSchedule=true") < 12);
}

TEST_CASE("a batch counts its runs, and lasts from its first run to the end of its last") {
  auto const server = of_lines(
      run_line("1", R"(,"createdAt":1000000000000,"duration":500)" + std::string{settled}) +
      run_line("2", R"(,"createdAt":1000000002000,"metrics":{"status":"ERROR"})") +
      run_line("3", R"(,"createdAt":1000000001000,"duration":9000,"metrics":{"status":"FAILED"})"));
  auto const batch = object_of(server, simulations + "/s/batches/b?projectId=p");
  CHECK(text(batch, "referenceId") == "b");
  CHECK(text(batch, "simulationReference") == "s");
  CHECK(text(batch, "name") == "b");
  CHECK(text(batch, "status") == "COMPLETED");
  CHECK(batch.at("runs") == 3);
  CHECK(batch.at("completedRuns") == 2);
  CHECK(batch.at("failedRuns") == 1);
  CHECK(batch.at("createdAt") == 1'000'000'000'000);
  CHECK(batch.at("startedAt") == 1'000'000'000'000);
  CHECK(batch.at("completedAt") == 1'000'000'010'000);
}

TEST_CASE("the status of a batch follows from its runs") {
  std::string const error = R"(,"metrics":{"status":"ERROR"})";
  std::string const pending = R"(,"metrics":{"isBatchStopped":false})";
  std::string const stopped = R"(,"metrics":{"isBatchStopped":true})";
  struct example {
    std::string first;
    std::string second;
    std::string status;
  };
  for (auto const& [first, second, status] :
       {example{std::string{settled}, error, "COMPLETED"}, example{error, error, "FAILED"},
        example{std::string{settled}, pending, "IN_PROGRESS"},
        example{std::string{settled}, stopped, "STOPPED"}, example{error, "", "IN_PROGRESS"}}) {
    INFO(first + " " + second);
    auto const server = of_lines(run_line("1", R"(,"createdAt":1)" + first) +
                                 run_line("2", R"(,"createdAt":2)" + second));
    auto const batch = object_of(server, simulations + "/s/batches/b?projectId=p");
    CHECK(text(batch, "status") == status);
    CHECK(batch.contains("completedAt") == (status != "IN_PROGRESS"));
  }
}

TEST_CASE("batches are listed by their status, type, text and span of time") {
  auto const server = of_lines(
      run_line("1", R"(,"createdAt":1000000000000,"endPointType":"rest")" + std::string{settled},
               "old") +
      run_line("2", R"(,"createdAt":1000000000000,"metrics":{"status":"ERROR"})", "failed") +
      run_line("3", R"(,"createdAt":99000000000000)" + std::string{settled}, "future"));
  auto const listed = [&server](std::string const& rest) {
    auto found =
        texts(data_of(server, simulations + "/s/batches?projectId=p" + rest), "referenceId");
    return std::set<std::string>(found.begin(), found.end());
  };
  using names = std::set<std::string>;
  CHECK(listed("") == names{"old", "failed", "future"});
  CHECK(listed("&status=FAILED") == names{"failed"});
  CHECK(listed("&status=STOPPED") == names{});
  CHECK(listed("&endPointType=rest") == names{"old"});
  CHECK(listed("&filter=ure") == names{"future"});
  CHECK(listed("&timespan=7d&timezone=Europe/Berlin") == names{"future"});
  CHECK(listed("&timespan=100y") == names{"old", "failed", "future"});
}

TEST_CASE("scenarios and batches are walked by cursors in both directions, each of them once") {
  auto const server = generated();
  for (std::string const& base :
       {simulations + project, simulations + "/change-flight/batches" + project}) {
    for (auto const* sort : {"createdAt:asc", "name:desc", "createdAt:desc,name:asc"}) {
      INFO(base + " " + sort);
      auto const start = base + "&sort=" + sort;
      auto const right = texts(data_of(server, start + "&limit=100"), "id");
      std::vector<std::string> forward;
      auto page = object_of(server, start + "&limit=2");
      for (bool more = true; more;) {
        for (auto const& item : page.at("data").as_array())
          forward.push_back(text(item.as_object(), "id"));
        auto const& told = page.at("pagination").as_object();
        CHECK(told.at("total") == right.size());
        more = told.at("hasNext").as_bool();
        if (more) page = object_of(server, start + "&limit=2&next=" + text(told, "next"));
      }
      CHECK(forward == right);
      std::vector<std::string> backward;
      page = object_of(server, start + "&limit=2&skip=1000");
      while (page.at("pagination").as_object().at("hasPrevious").as_bool()) {
        auto const cursor = text(page.at("pagination").as_object(), "previous");
        page = object_of(server, start + "&limit=2&previous=" + cursor);
        std::vector<std::string> ids;
        for (auto const& item : page.at("data").as_array())
          ids.push_back(text(item.as_object(), "id"));
        backward.insert(backward.begin(), ids.begin(), ids.end());
      }
      CHECK(backward == right);
    }
  }
}

TEST_CASE("a cursor of one list is refused by another") {
  auto const server = generated();
  auto const page = object_of(server, simulations + project + "&limit=2");
  auto const cursor = "&limit=2&next=" + text(page.at("pagination").as_object(), "next");
  CHECK(ask(server, simulations + project + cursor).status == 200);
  for (std::string const& other :
       {simulations + "/change-flight/batches" + project + cursor,
        simulations + "/change-flight/batches/change-flight-batch-1/runs" + project + cursor,
        simulations + project + cursor + "&filter=a",
        simulations + project + cursor + "&includeUpcomingSchedule=true"}) {
    CHECK(field_refused_by(ask(server, other)) == "next");
  }
}

TEST_CASE("a run is given as it is on a page") {
  auto const server = generated();
  auto const path = simulations + "/change-flight/batches/change-flight-batch-2/runs";
  auto const run = data_of(server, path + project + "&limit=1").front();
  auto const one = ask(server, path + "/" + text(run, "id") + project);
  CHECK(one.status == 200);
  CHECK_THAT(ask(server, path + project + "&limit=1").body, ContainsSubstring(one.body));
}

TEST_CASE("the id of a scenario or a batch leads to it, as its reference does") {
  auto const server = generated();
  auto const scenario = data_of(server, simulations + project + "&filter=change-flight").front();
  auto const path = simulations + "/" + text(scenario, "id") + "/batches";
  auto const batch = data_of(server, path + project + "&filter=-batch-3").front();
  CHECK(text(batch, "referenceId") == "change-flight-batch-3");
  CHECK(object_of(server, path + "/" + text(batch, "id") + project) == batch);
}

TEST_CASE("a scenario, a batch or a run that is not there is a 404 that names it") {
  auto const server = generated();
  auto const missed = [&server](std::string const& path) {
    auto const reply = ask(server, simulations + path + project);
    CHECK(reply.status == 404);
    auto const body = json::parse(reply.body).as_object();
    CHECK(text(body, "code") == "NOT_FOUND");
    CHECK_FALSE(body.contains("field"));
    return text(body, "error");
  };
  CHECK(missed("/x/batches") == "there is no scenario 'x' in project 'demo-project'");
  CHECK_THAT(missed("/change-flight/batches/x"), ContainsSubstring("no batch 'x'"));
  CHECK_THAT(missed("/x/batches/change-flight-batch-1"), ContainsSubstring("of scenario 'x'"));
  CHECK_THAT(missed("/change-flight/batches/change-flight-batch-1/runs/x"),
             ContainsSubstring("no run 'x'"));
  CHECK_THAT(missed("/change-flight/batches/x/runs/y"), ContainsSubstring("no batch 'x'"));
}

TEST_CASE("wrong parameters of the neighbours are a 400 with their field") {
  auto const server = generated();
  auto const batches = simulations + "/change-flight/batches";
  CHECK(field_refused_by(ask(server, simulations)) == "projectId");
  CHECK(field_refused_by(ask(server, batches + "?projectId=")) == "projectId");
  CHECK(field_refused_by(ask(server, batches + "/x")) == "projectId");
  CHECK(field_refused_by(ask(server, simulations + project + "&limit=101")) == "limit");
  CHECK(field_refused_by(ask(server, simulations + project + "&skip=-1")) == "skip");
  CHECK(field_refused_by(ask(server, simulations + project + "&sort=sequence:asc")) == "sort");
  CHECK(field_refused_by(ask(server, batches + project + "&sort=persona:asc")) == "sort");
  CHECK(field_refused_by(ask(server, batches + project + "&next=a&previous=b")) == "next");
  CHECK(field_refused_by(ask(server, batches + project + "&filter=a&filter=b")) == "filter");
  for (auto const* wrong : {"DONE", "completed", ""}) {
    CHECK(field_refused_by(ask(server, batches + project + "&status=" + wrong)) == "status");
  }
  for (auto const* wrong : {"7", "d", "7h", "-7d", "0d", "7d7d", "", "12345d", "%C3%A9"}) {
    CHECK(field_refused_by(ask(server, batches + project + "&timespan=" + wrong)) == "timespan");
  }
  for (auto const* wrong : {"", "../etc/passwd", "Europe//Berlin", "Europe/", "a%20b", "1"}) {
    CHECK(field_refused_by(ask(server, batches + project + "&timezone=" + wrong)) == "timezone");
  }
  CHECK(field_refused_by(ask(server, simulations + "/%zz/batches" + project)) ==
        "simulationReference");
  CHECK(field_refused_by(ask(server, batches + "/b/runs/%" + project)) == "simulationRunReference");
}

TEST_CASE("the neighbours heed credentials and projects as the pages of runs do") {
  auto const server = generated();
  for (auto const* path :
       {"", "/change-flight/batches", "/change-flight/batches/change-flight-batch-1",
        "/change-flight/batches/change-flight-batch-1/runs/x"}) {
    CHECK(ask(server, simulations + path + project, "wrong").status == 401);
    CHECK(ask(server, simulations + path + "?projectId=other").status == 403);
  }
  CHECK(data_of(server, simulations + "?projectId=spare-project").empty());
}

TEST_CASE("without neighbours their paths are as any other") {
  auto const server = generated(false);
  auto const other = ask(server, "/testing/else" + project);
  auto const message = text(json::parse(other.body).as_object(), "error");
  for (auto const* path :
       {"", "/change-flight/batches", "/change-flight/batches/change-flight-batch-1",
        "/change-flight/batches/change-flight-batch-1/runs/x"}) {
    auto const reply = ask(server, simulations + path + project);
    CHECK(reply.status == 404);
    CHECK(text(json::parse(reply.body).as_object(), "error") == message);
  }
  CHECK(ask(server, simulations + "/change-flight/batches/change-flight-batch-1/runs" + project)
            .status == 200);
}

TEST_CASE("runs that were loaded make scenarios and batches of their references") {
  auto const server = of_lines(
      run_line("1", R"(,"createdAt":5,"createdBy":"me","successCriteria":[{"type":"text"}])"));
  auto const scenario = data_of(server, simulations + "?projectId=p").front();
  CHECK(text(scenario, "name") == "s");
  CHECK(text(scenario, "mission").empty());
  CHECK(json::serialize(scenario.at("successCriteria")) == R"([{"type":"text"}])");
  CHECK(scenario.at("createdAt") == 5);
  CHECK(text(scenario, "createdBy") == "me");
}

TEST_CASE("lines of scenarios and batches are served as they are, whatever the runs say") {
  std::string const batch = R"({"referenceId":"b","simulationReference":"s","name":"Tuesday",)"
                            R"("runs":50, "status":"NEW_WORD","more":1.0})";
  auto const server = of_lines(
      R"({"batch":{"referenceId":"b","simulationReference":"s","name":"older"}})"
      "\n" +
      run_line("1", std::string{settled}) + R"({"batch":)" + batch + "}\n" +
      R"({"scenario":{"referenceId":"s","name":"Eins"},"of":{"projectReference":"p"}})"
      "\n"
      R"({"batch":{"referenceId":"empty"},"of":{"projectReference":"p","simulationReference":"s"}})");
  CHECK(ask(server, simulations + "/s/batches/b?projectId=p").body == batch);
  CHECK(texts(data_of(server, simulations + "?projectId=p"), "name") ==
        std::vector<std::string>{"Eins"});
  CHECK(object_of(server, simulations + "/s/batches/empty?projectId=p") ==
        json::object{{"referenceId", "empty"}});
  CHECK(data_of(server, simulations + "/s/batches/empty/runs?projectId=p").empty());
}
