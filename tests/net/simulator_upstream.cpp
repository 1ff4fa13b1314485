#include "simruns/simulator/simulator.hpp"

#include "net/simulator_raw_client.hpp"
#include "simruns/error.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/scratch.hpp"
#include "support/scripted_server.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace sim = simruns::simulator;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using simulator_test::good;
using simulator_test::one_batch;
using simulator_test::raw_client;
using simulator_test::request_text;

namespace {

/// A Simulator in front of another server.
sim::server_options before(std::string const& url, std::shared_ptr<sim::recording> record = {}) {
  sim::server_options options;
  options.upstream = url;
  options.record = std::move(record);
  return options;
}

sim::server_options real_one() {
  sim::server_options options;
  options.api_key = "the-real-key";
  return options;
}

}  // namespace

TEST_CASE("what is passed on comes back as it is, and its runs are kept, not its credentials") {
  test::scratch const folder;
  auto const path = folder.file("runs.jsonl");
  sim::background_server const real{one_batch(), real_one()};
  auto const record = std::make_shared<sim::recording>(path);
  sim::background_server front{sim::dataset{}, before(real.url(), record)};
  raw_client direct{real.port()};
  raw_client through{front.port()};
  for (std::string const more : {"&limit=15", "&limit=15&skip=15", "&limit=15"}) {
    auto const text = request_text("GET", good + more, "the-real-key");
    direct.send(text);
    through.send(text);
    auto const expected = direct.receive();
    auto const got = through.receive();
    REQUIRE(got);
    CHECK(got->result_int() == 200);
    CHECK(got->body() == expected->body());
    CHECK(got->at("Content-Type") == "application/json");
  }
  front.stop();
  record->close();
  CHECK(record->size() == 20);
  CHECK(record->left_out() == 0);
  CHECK(test::text_of_file(path).find("the-real-key") == std::string::npos);
  CHECK(front.requests().size() == 3);
  CHECK(front.requests()[1].target == good + "&limit=15&skip=15");
}

TEST_CASE("what was recorded is served again, byte for byte") {
  test::scratch const folder;
  auto const path = folder.file("runs.jsonl");
  sim::background_server const real{one_batch(), real_one()};
  auto const text = request_text("GET", good + "&limit=100", "the-real-key");
  std::string original;
  {
    auto const record = std::make_shared<sim::recording>(path);
    sim::background_server const front{sim::dataset{}, before(real.url(), record)};
    raw_client client{front.port()};
    client.send(text);
    original = client.receive()->body();
  }
  sim::background_server const replay{sim::load_jsonl(path), real_one()};
  raw_client client{replay.port()};
  client.send(text);
  CHECK(client.receive()->body() == original);
}

TEST_CASE("refusals come through as they are: a wrong key is the real server's 401") {
  sim::background_server const real{one_batch(), real_one()};
  sim::background_server const front{sim::dataset{}, before(real.url())};
  raw_client client{front.port()};
  client.send(request_text("GET", good, "wrong"));
  auto const refused = client.receive();
  CHECK(refused->result_int() == 401);
  CHECK(refused->at("WWW-Authenticate") == "Bearer");
  CHECK_THAT(refused->body(), ContainsSubstring("\"traceId\":"));
  client.send(request_text("GET", good, ""));
  CHECK(client.receive()->result_int() == 401);
  client.send(request_text("GET", good + "&limit=0", "the-real-key"));
  CHECK_THAT(client.receive()->body(), ContainsSubstring("\"field\":\"limit\""));
  client.send(request_text("GET", "/elsewhere/runs", "the-real-key"));
  CHECK(client.receive()->result_int() == 404);
  client.send(request_text("POST", good, "the-real-key", "Content-Length: 2\r\n") + "{}");
  auto const method_not_allowed = client.receive();
  CHECK(method_not_allowed->result_int() == 405);
  CHECK(method_not_allowed->at("Allow") == "GET, HEAD");
  CHECK(real.requests().size() == 3);
}

TEST_CASE("HEAD is answered without a body, and nothing is recorded as odd") {
  test::scratch const folder;
  sim::background_server const real{one_batch(), real_one()};
  auto const record = std::make_shared<sim::recording>(folder.file("runs.jsonl"));
  sim::background_server const front{sim::dataset{}, before(real.url(), record)};
  raw_client client{front.port()};
  client.send(request_text("HEAD", good, "the-real-key"));
  CHECK(client.receive(true)->result_int() == 200);
  client.send(request_text("GET", good, "the-real-key"));
  CHECK(client.receive()->result_int() == 200);
  CHECK(record->left_out() == 0);
}

TEST_CASE("an upstream that cannot be reached, or breaks off, is a 502 that says so") {
  test::scripted_server broken{{{{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"}}}};
  sim::background_server const front{sim::dataset{}, before(broken.url())};
  raw_client client{front.port()};
  client.send(request_text("GET", good, "key"));
  auto const reply = client.receive();
  CHECK(reply->result_int() == 502);
  CHECK_THAT(reply->body(), ContainsSubstring("upstream: "));
  std::string gone;
  {
    sim::background_server const real{one_batch()};
    gone = real.url();
  }
  sim::background_server const lost{sim::dataset{}, before(gone)};
  raw_client other{lost.port()};
  other.send(request_text("GET", good, "key"));
  CHECK(other.receive()->result_int() == 502);
}

TEST_CASE("an upstream's redirect is handed back, not followed") {
  test::scripted_server moved{
      {{{"HTTP/1.1 302 Found\r\nLocation: http://localhost:1/\r\n"
         "Content-Length: 0\r\n\r\n"}}}};
  sim::background_server const front{sim::dataset{}, before(moved.url())};
  raw_client client{front.port()};
  client.send(request_text("GET", good, "key"));
  auto const reply = client.receive();
  CHECK(reply->result_int() == 302);
  CHECK(reply->at("Location") == "http://localhost:1/");
}

TEST_CASE("a recording that cannot be written is a 502, not a page that is lost silently") {
  sim::background_server const real{one_batch(), real_one()};
  test::scratch const folder;
  auto const record = std::make_shared<sim::recording>(folder.file("runs.jsonl"));
  record->close();
  sim::background_server const front{sim::dataset{}, before(real.url(), record)};
  raw_client client{front.port()};
  client.send(request_text("GET", good, "the-real-key"));
  auto const reply = client.receive();
  CHECK(reply->result_int() == 502);
  CHECK_THAT(reply->body(), ContainsSubstring("runs.jsonl: cannot be written"));
}

TEST_CASE("stop does not wait for an upstream that hangs") {
  auto silent_options = real_one();
  silent_options.latency = 1h;
  sim::background_server const silent{one_batch(), silent_options};
  sim::background_server front{sim::dataset{}, before(silent.url())};
  raw_client client{front.port()};
  client.send(request_text("GET", good, "the-real-key"));
  REQUIRE(test::eventually([&] { return !silent.requests().empty(); }));
  front.stop();  // ends, or the whole test does not
  CHECK(client.drain() != raw_client::ending::open);
  CHECK(front.requests().empty());
}

TEST_CASE("a base URL that cannot be one is refused at once") {
  CHECK_THROWS_AS(sim::background_server(sim::dataset{}, before("ftp://example.test")),
                  simruns::request_error);
}
