#include "simruns/simulator/answer/detail/responder.hpp"

#include "simruns/simulator/data/generate.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace sim = simruns::simulator;
namespace json = boost::json;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string const path = "/testing/simulations/change-flight/batches/change-flight-batch-1/runs";
std::string const good = path + "?projectId=demo-project";

std::shared_ptr<sim::dataset const> runs() {
  static auto const made = std::make_shared<sim::dataset const>(sim::generate());
  return made;
}

sim::detail::responder const& responder() {
  static sim::detail::responder const made{std::make_shared<sim::detail::store const>(runs()),
                                           {{"key", "token"}, "/testing", "spare-project", 1}};
  return made;
}

sim::response asked(std::string_view target, std::string_view method = "GET",
                    std::string_view key = "key") {
  sim::detail::api_request request;
  request.method = method;
  request.target = target;
  request.credentials.api_keys.push_back(key);
  return responder().respond(request);
}

std::string header(sim::response const& reply, std::string_view name) {
  for (auto const& [known, value] : reply.headers) {
    if (known == name) return value;
  }
  return "";
}

/// Checks an error against the contract and gives its `field`.
std::string field_of(sim::response const& reply) {
  auto const body = json::parse(reply.body).as_object();
  CHECK(header(reply, "Content-Type") == "application/json");
  CHECK_FALSE(body.at("error").as_string().empty());
  CHECK_FALSE(body.at("code").as_string().empty());
  CHECK(body.at("traceId").as_string().size() == 32);
  CHECK((reply.status == 400) == body.contains("field"));
  if (!body.contains("field")) return "";
  return std::string{body.at("field").as_string().c_str()};
}

}  // namespace

TEST_CASE("a page is made of the runs' own texts and the contract's pagination") {
  auto const reply = asked(good + "&limit=2&skip=3&sort=sequence:asc");
  REQUIRE(reply.status == 200);
  auto const& batch = runs()->runs_of({"demo-project", "change-flight", "change-flight-batch-1"});
  std::string const data = "{\"data\":[" + batch[3]->json + "," + batch[4]->json +
                           "],\"pagination\":{\"limit\":2,\"skip\":3,\"total\":20,\"hasNext\":true,"
                           "\"hasPrevious\":true,\"next\":\"";
  CHECK(reply.body.substr(0, data.size()) == data);
  auto const page = json::parse(reply.body).as_object().at("pagination").as_object();
  CHECK(page.at("previous").is_string());
}

TEST_CASE("a cursor is null where there is nothing more") {
  auto const page = json::parse(asked(good).body).as_object().at("pagination").as_object();
  CHECK(page.at("next").is_null());
  CHECK(page.at("previous").is_null());
}

TEST_CASE("an unknown scenario or batch is an empty list") {
  auto const reply = asked("/testing/simulations/no%2Fne/batches/n/runs?projectId=demo-project");
  CHECK(reply.status == 200);
  CHECK_THAT(reply.body, ContainsSubstring("{\"data\":[],") && ContainsSubstring("\"total\":0"));
}

TEST_CASE("a wrong parameter is a 400 with its field") {
  CHECK(asked(good + "&limit=0").status == 400);
  CHECK(field_of(asked(good + "&limit=0")) == "limit");
  CHECK(field_of(asked(good + "&next=made-up")) == "next");
  CHECK(field_of(asked(path)) == "projectId");
  CHECK(field_of(asked("/testing/simulations/%zz/batches/b/runs?projectId=demo-project")) ==
        "simulationReference");
  CHECK(field_of(asked("/testing/simulations/s/batches/%/runs?projectId=demo-project")) ==
        "simulationRunBatchReference");
}

TEST_CASE("a wrong credential is a 401, before anything is told of the parameters") {
  CHECK(asked(good, "GET", "wrong").status == 401);
  CHECK(asked(path + "?limit=0", "GET", "wrong").status == 401);
  CHECK(field_of(asked(good, "GET", "")).empty());
  CHECK(header(asked(good, "GET", ""), "WWW-Authenticate") == "Bearer");
}

TEST_CASE("another project is a 403, and the server's own is none even without runs") {
  auto const reply = asked(path + "?projectId=somebody-else");
  CHECK(reply.status == 403);
  field_of(reply);
  CHECK(asked(path + "?projectId=spare-project").status == 200);
}

TEST_CASE("every other path is a 404") {
  std::vector<std::string> const others{
      "/",
      "*",
      "",
      "/testing",
      path + "/?projectId=demo-project",
      path.substr(8) + "?projectId=demo-project",
      "/x" + good,
      "/testing/simulations//batches/b/runs?projectId=demo-project",
      "/testing/simulations/s/batches//runs",
      "/testing/simulations/s",
      "/testing/simulations/",
      "/testing/simulations/s/batches/",
      "/testing/simulations/s/batches/b/",
      "/testing/simulations/s/batches/b/runs/x/",
      "/testing/simulations/s/batches/b/runs/x/y",
      "/testing/simulations/s/other/b/runs",
  };
  for (auto const& target : others) {
    INFO(target);
    auto const reply = asked(target);
    CHECK(reply.status == 404);
    field_of(reply);
  }
}

TEST_CASE("a target with scheme and host is understood") {
  CHECK(asked("http://example.test:81" + good).status == 200);
  CHECK(asked("http://example.test").status == 404);
}

TEST_CASE("another method is a 405 that names the right ones, with or without credentials") {
  for (std::string_view const method : {"POST", "PUT", "DELETE", "PATCH", "TRACE", "get", "ODD"}) {
    auto const reply = asked(good, method, "wrong");
    CHECK(reply.status == 405);
    CHECK(header(reply, "Allow") == "GET, HEAD, OPTIONS");
    field_of(reply);
  }
}

TEST_CASE("a preflight needs no credential and allows the credential headers") {
  auto const reply = asked(path, "OPTIONS", "wrong");
  CHECK(reply.status == 204);
  CHECK(reply.body.empty());
  CHECK_THAT(header(reply, "Access-Control-Allow-Headers"),
             ContainsSubstring("Authorization") && ContainsSubstring("X-API-Key"));
  CHECK_THAT(header(reply, "Access-Control-Allow-Methods"), ContainsSubstring("GET"));
}

TEST_CASE("HEAD is answered as its GET") {
  CHECK(asked(good, "HEAD").body == asked(good).body);
  CHECK(asked(good, "HEAD", "wrong").status == 401);
}

TEST_CASE("each error has a traceId of its own") {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(responder().trace_id());
  CHECK(seen.size() == 100);
}

TEST_CASE("a path prefix is made normal, or refused") {
  CHECK(sim::detail::normal_prefix("") == "");
  CHECK(sim::detail::normal_prefix("/") == "");
  CHECK(sim::detail::normal_prefix("testing/v1/") == "/testing/v1");
  CHECK_THROWS_AS(sim::detail::normal_prefix("/a b"), std::invalid_argument);
  CHECK_THROWS_AS(sim::detail::normal_prefix("/a?b"), std::invalid_argument);
}
