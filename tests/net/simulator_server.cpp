#include "simruns/simulator/simulator.hpp"

#include "net/simulator_raw_client.hpp"
#include "support/catch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace sim = simruns::simulator;
namespace json = boost::json;
using Catch::Matchers::ContainsSubstring;
using simulator_test::good;
using simulator_test::one_batch;
using simulator_test::raw_client;
using simulator_test::request_text;
using simulator_test::shared;
using simulator_test::with_key;

namespace {

std::string const runs_path =
    "/testing/simulations/change-flight/batches/change-flight-batch-1/runs";

std::string target_of(sim::batch_key const& key, std::string const& more) {
  return "/testing/simulations/" + key.scenario + "/batches/" + key.batch +
         "/runs?projectId=" + key.project + more;
}

/// Walks a batch by cursors and gives its runs' texts as they stand in the answers.
std::string walk(raw_client& client, sim::batch_key const& key, std::string const& api_key) {
  std::string texts;
  std::string cursor;
  for (;;) {
    client.send(request_text("GET", target_of(key, "&limit=3" + cursor), api_key));
    auto const reply = client.receive();
    REQUIRE(reply);
    REQUIRE(reply->result_int() == 200);
    auto const end = reply->body().find("],\"pagination\":");
    auto const page = json::parse(reply->body().substr(end + 15, reply->body().size() - end - 16));
    texts += reply->body().substr(9, end - 9) + ",";
    auto const& next = page.at("next");
    if (!page.at("hasNext").as_bool()) return texts;
    cursor = "&next=" + std::string{next.as_string().c_str()};
  }
}

}  // namespace

TEST_CASE("a server answers every status of its own with CORS, JSON and a length") {
  sim::background_server const server{one_batch(), with_key()};
  raw_client client{server.port()};
  struct expectation {
    std::string request;
    unsigned status;
  };
  std::vector<expectation> const all{
      {request_text("GET", good, "key"), 200},
      {request_text("GET", good, "", "Authorization: Bearer token\r\n"), 200},
      {request_text("GET", good + "&limit=0", "key"), 400},
      {request_text("GET", good, ""), 401},
      {request_text("GET", good, "key", "Authorization: Bearer wrong\r\n"), 401},
      {request_text("GET", good, "key", "Authorization:\r\n"), 401},
      {request_text("GET", good, "key", "x-api-KEY: wrong\r\n"), 401},
      {request_text("GET", runs_path + "?projectId=other", "key"), 403},
      {request_text("GET", "/", "key"), 404},
      {request_text("POST", good, "key", "Content-Length: 2\r\n") + "{}", 405},
      {request_text("BREW", good, "key"), 405},
  };
  for (auto const& [request, status] : all) {
    INFO(request);
    REQUIRE(client.send(request));
    auto const reply = client.receive();
    REQUIRE(reply);
    CHECK(reply->result_int() == status);
    CHECK(reply->at("Access-Control-Allow-Origin") == "*");
    CHECK(reply->at("Content-Type") == "application/json");
    CHECK(reply->at("Connection") == "keep-alive");
    CHECK(reply->count("Date") == 1);
    auto const body = json::parse(reply->body()).as_object();
    CHECK(body.contains(status == 200 ? "data" : "traceId"));
  }
  CHECK(server.requests().size() == all.size());
}

TEST_CASE("HEAD and a preflight have no body, and the connection goes on") {
  auto const& server = shared();
  raw_client client{server.port()};
  client.send(request_text("GET", good, "key"));
  auto const whole = client.receive();
  REQUIRE(whole);
  client.send(request_text("HEAD", good, "key"));
  auto const head = client.receive(true);
  REQUIRE(head);
  CHECK(head->result_int() == 200);
  CHECK(head->at("Content-Length") == whole->at("Content-Length"));
  client.send(request_text("OPTIONS", runs_path, "",
                           "Origin: http://localhost\r\nAccess-Control-Request-Method: GET\r\n"));
  auto const preflight = client.receive();
  REQUIRE(preflight);
  CHECK(preflight->result_int() == 204);
  CHECK(preflight->count("Content-Length") == 0);
  CHECK(preflight->at("Access-Control-Allow-Origin") == "*");
  client.send(request_text("GET", good, "key"));
  CHECK(client.receive()->body() == whole->body());
}

TEST_CASE("requests sent together are answered in their order") {
  auto const& server = shared();
  raw_client client{server.port()};
  client.send(request_text("GET", good + "&limit=1", "key") + request_text("GET", "/no", "key") +
              request_text("GET", good + "&limit=2", "key"));
  CHECK(client.receive()->result_int() == 200);
  CHECK(client.receive()->result_int() == 404);
  CHECK_THAT(client.receive()->body(), ContainsSubstring("\"limit\":2"));
}

TEST_CASE("a client that asks to close, or speaks HTTP 1.0, is closed after its answer") {
  auto const& server = shared();
  for (std::string const& request :
       std::vector<std::string>{request_text("GET", good, "key", "Connection: close\r\n"),
                                "GET " + good + " HTTP/1.0\r\nX-API-Key: key\r\n\r\n"}) {
    raw_client client{server.port()};
    client.send(request);
    auto const reply = client.receive();
    REQUIRE(reply);
    CHECK(reply->result_int() == 200);
    CHECK(reply->at("Connection") == "close");
    CHECK(client.drain() == raw_client::ending::closed);
  }
}

TEST_CASE("a client that waits to be told to go on is told so") {
  auto const& server = shared();
  raw_client client{server.port()};
  client.send(request_text("POST", good, "key", "Expect: 100-continue\r\nContent-Length: 2\r\n"));
  CHECK(client.receive(true)->result_int() == 100);
  client.send("{}");
  CHECK(client.receive()->result_int() == 405);
}

TEST_CASE("every run arrives byte for byte, in order") {
  auto runs = sim::generate();
  std::map<sim::batch_key, std::string> expected;
  for (auto const& key : runs.batches()) {
    auto batch = runs.runs_of(key);
    std::sort(batch.begin(), batch.end(), [](auto const* a, auto const* b) {
      return std::tie(*a->created_at, a->id) < std::tie(*b->created_at, b->id);
    });
    for (auto const* run : batch) expected[key] += run->json + ",";
  }
  sim::background_server const server{std::move(runs), with_key()};
  raw_client client{server.port()};
  for (auto const& key : server.batches()) CHECK(walk(client, key, "key") == expected[key]);
}

TEST_CASE("a file of real runs is served as it is") {
  auto const file = (std::filesystem::path{SIMRUNS_TEST_DATA} /
                     "../../../shared/data/tau-airline-gpt-4o.runs.jsonl")
                        .lexically_normal();
  if (!std::filesystem::exists(file)) {
    WARN("skipped: there is no " << file);
    return;
  }
  auto runs = sim::load_jsonl(file.string());
  std::map<sim::batch_key, std::string> expected;
  for (auto const& key : runs.batches()) {
    for (auto const* run : runs.runs_of(key)) expected[key] += run->json + ",";
  }
  sim::background_server const server{std::move(runs)};
  CHECK(server.batches().size() == 50);
  CHECK(server.project() == server.batches().front().project);
  raw_client client{server.port()};
  for (auto const& key : server.batches()) {
    CHECK(walk(client, key, server.api_key()) == expected[key]);
  }
}

TEST_CASE("a server tells its URL, its key and its project") {
  sim::background_server const first{one_batch()};
  sim::background_server const second{sim::dataset{}};
  CHECK(first.url() == "http://127.0.0.1:" + std::to_string(first.port()) + "/testing");
  CHECK(first.api_key().size() == 32);
  CHECK(first.api_key() != second.api_key());
  CHECK(first.bearer_token().empty());
  CHECK(first.project() == "demo-project");
  CHECK(second.project() == "demo-project");
  sim::server_options options;
  options.address = "0.0.0.0";
  options.path_prefix = "";
  options.project = "mine";
  sim::background_server const third{one_batch(), options};
  CHECK(third.url() == "http://127.0.0.1:" + std::to_string(third.port()));
  CHECK(third.project() == "mine");
}

TEST_CASE("an address that cannot be listened on is named") {
  boost::asio::io_context context;
  sim::server const taken{context.get_executor(), sim::dataset{}};
  sim::server_options options;
  options.port = taken.port();
  CHECK_THROWS_WITH(sim::server(context.get_executor(), sim::dataset{}, options),
                    ContainsSubstring("127.0.0.1, port " + std::to_string(taken.port())));
  options.address = "localhost";
  CHECK_THROWS_AS(sim::server(context.get_executor(), sim::dataset{}, options),
                  boost::system::system_error);
  options.path_prefix = "/a b";
  CHECK_THROWS_AS(sim::server(context.get_executor(), sim::dataset{}, options),
                  std::invalid_argument);
}

TEST_CASE("the request log is bounded, in order and holds no credential") {
  auto options = with_key();
  options.log_capacity = 3;
  sim::background_server server{one_batch(), options};
  raw_client client{server.port()};
  for (int i = 1; i <= 5; ++i) {
    client.send(request_text("GET", "/" + std::to_string(i), "key"));
    client.receive();
  }
  auto const log = server.requests();
  REQUIRE(log.size() == 3);
  CHECK(log.front().number == 3);
  CHECK(log.back().number == 5);
  CHECK(log.back().target == "/5");
  CHECK(log.back().method == "GET");
  CHECK(log.back().status == 404);
  CHECK(log.front().at <= log.back().at);
  server.clear_requests();
  CHECK(server.requests().empty());
}

TEST_CASE("several threads serve many clients at a time") {
  boost::asio::thread_pool pool{4};
  sim::server server{pool.get_executor(), one_batch(), with_key()};
  std::vector<std::string> walks(8);
  std::vector<std::thread> clients;
  for (std::size_t i = 0; i < walks.size(); ++i) {
    clients.emplace_back([&walks, &server, i] {
      raw_client client{server.port()};
      for (int round = 0; round < 20; ++round) {
        client.send(request_text("GET", good + "&limit=" + std::to_string(i + 1), "key"));
        auto const reply = client.receive();
        walks[i] = reply ? reply->body() : "";
      }
    });
  }
  for (auto& client : clients) client.join();
  for (std::size_t i = 0; i < walks.size(); ++i) {
    CHECK_THAT(walks[i], ContainsSubstring("\"limit\":" + std::to_string(i + 1) + ","));
  }
  CHECK(server.requests().size() == 160);
  server.stop();
  pool.join();
}

TEST_CASE("server and context may be destroyed in either order, with clients connected") {
  for (bool const context_first : {true, false}) {
    auto context = std::make_unique<boost::asio::io_context>();
    auto options = with_key();
    options.latency = std::chrono::hours{1};
    auto server = std::make_unique<sim::server>(context->get_executor(), one_batch(), options);
    raw_client idle{server->port()};
    raw_client waiting{server->port()};
    waiting.send(request_text("GET", good, "key"));
    while (server->requests().empty()) context->run_one();
    if (context_first) {
      context.reset();
      server.reset();
    } else {
      server.reset();
      context->run();
      context.reset();
    }
    CHECK(waiting.drain() != raw_client::ending::open);
    CHECK(idle.drain() != raw_client::ending::open);
  }
}
