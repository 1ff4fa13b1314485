#include "simruns/simulator/simulator.hpp"

#include "net/simulator_raw_client.hpp"
#include "support/catch.hpp"
#include "support/gunzip.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace sim = simruns::simulator;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using simulator_test::ask;
using simulator_test::good;
using simulator_test::one_batch;
using simulator_test::raw_client;
using simulator_test::request_text;
using simulator_test::shared;

namespace {

std::string const ask_packed = request_text("GET", good, "key", "Accept-Encoding: gzip\r\n");

sim::server_options with_script(std::string const& rules) {
  sim::server_options options;
  options.api_key = "key";
  options.fault = sim::read_fault_script("{\"faults\": [" + rules + "]}");
  return options;
}

/// The right answer's body.
std::string right_body(sim::background_server const& server) {
  raw_client client{server.port()};
  client.send(ask);
  auto const reply = client.receive();
  REQUIRE(reply);
  return reply->body();
}

}  // namespace

TEST_CASE("an answer is compressed when that is asked for, and is the same page") {
  auto const& server = shared();
  raw_client client{server.port()};
  client.send(ask + ask_packed);
  auto const plain = client.receive();
  auto const packed = client.receive();
  REQUIRE(plain);
  REQUIRE(packed);
  CHECK(plain->count("Content-Encoding") == 0);
  CHECK(plain->at("Vary") == "Accept-Encoding");
  CHECK(packed->at("Content-Encoding") == "gzip");
  CHECK(packed->body().size() < plain->body().size() / 2);
  CHECK(test::gunzip(packed->body()) == plain->body());
}

TEST_CASE(
    "the head of a compressed page tells its compressed length, and a small body stays plain") {
  auto const& server = shared();
  raw_client client{server.port()};
  auto const head = request_text("HEAD", good, "key", "Accept-Encoding: gzip\r\n");
  auto const lost = request_text("GET", "/lost", "key", "Accept-Encoding: gzip\r\n");
  client.send(ask_packed + head + lost);
  auto const packed = client.receive();
  auto const told = client.receive(true);
  auto const small = client.receive();
  REQUIRE(packed);
  REQUIRE(told);
  REQUIRE(small);
  CHECK(told->at("Content-Length") == std::to_string(packed->body().size()));
  CHECK(told->at("Content-Encoding") == "gzip");
  CHECK(small->result_int() == 404);
  CHECK(small->count("Content-Encoding") == 0);
}

TEST_CASE("a dripped answer comes piece by piece, and is whole") {
  sim::background_server const server{
      one_batch(), with_script(R"({"requests": 1, "drip": {"bytes": 5000, "every": 0.001}})")};
  raw_client client{server.port()};
  client.send(ask + ask);
  auto const dripped = client.receive();
  REQUIRE(dripped);
  CHECK(client.receive()->body() == dripped->body());
}

TEST_CASE("between two pieces of a drip the client has what was sent, and no more") {
  sim::background_server const server{
      one_batch(), with_script(R"({"requests": 1, "drip": {"bytes": 7, "every": 3600}})")};
  raw_client client{server.port()};
  client.send(ask);
  client.receive_until("\r\n\r\n");
  CHECK_THAT(client.input(), ContainsSubstring("Content-Length: "));
  CHECK(client.input().ends_with("\r\n\r\n"));
  CHECK(right_body(server).size() > 7);
}

TEST_CASE("a Content-Length above the truth is followed by the end, so that no client waits") {
  sim::background_server const server{one_batch(),
                                      with_script(R"({"requests": 2, "content_length_add": 5})")};
  auto const body = right_body(server);
  raw_client client{server.port()};
  client.send(ask);
  CHECK(client.drain() == raw_client::ending::closed);
  CHECK_THAT(client.input(),
             ContainsSubstring("Content-Length: " + std::to_string(body.size() + 5) + "\r\n"));
  CHECK(client.input().ends_with("\r\n\r\n" + body));
}

TEST_CASE("a Content-Length below the truth leaves the rest of the body before the next answer") {
  sim::background_server const server{one_batch(),
                                      with_script(R"({"requests": 2, "content_length": 10})")};
  auto const body = right_body(server);
  raw_client client{server.port()};
  client.send(ask);
  auto const cut = client.receive();
  REQUIRE(cut);
  CHECK(cut->body() == body.substr(0, 10));
  client.send(request_text("GET", good, "key", "Connection: close\r\n"));
  CHECK(client.drain() == raw_client::ending::closed);
  CHECK(client.input().starts_with(body.substr(10) + "HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("a script resets, truncates and refuses the requests that it names, and no others") {
  sim::background_server const server{one_batch(), with_script(R"({"requests": 1, "reset": true},
        {"requests": 2, "truncate": 100}, {"requests": 3, "status": 503, "retry_after": 2},
        {"requests": 4, "status": 429, "retry_after": {"date": 60}},
        {"requests": 5, "status": 304}, {"requests": 6, "status": 502, "body": ""})")};
  raw_client first{server.port()};
  first.send(ask);
  CHECK(first.drain() == raw_client::ending::reset);
  raw_client second{server.port()};
  second.send(ask);
  CHECK(second.drain() == raw_client::ending::closed);
  auto const& input = second.input();
  CHECK(input.size() - input.find("\r\n\r\n") - 4 == 100);
  raw_client third{server.port()};
  third.send(ask + ask + ask + ask + ask);
  auto const busy = third.receive();
  CHECK(busy->result_int() == 503);
  CHECK(busy->at("Retry-After") == "2");
  CHECK_THAT(busy->body(), ContainsSubstring("\"traceId\":"));
  auto const limited = third.receive();
  CHECK(limited->result_int() == 429);
  CHECK_THAT(std::string(limited->at("Retry-After")), ContainsSubstring(" GMT"));
  CHECK(third.receive(true)->result_int() == 304);
  auto const empty = third.receive();
  CHECK(empty->result_int() == 502);
  CHECK(empty->body().empty());
  CHECK(third.receive()->result_int() == 200);
  std::string log;
  for (auto const& record : server.requests()) {
    log += std::to_string(record.status) + (record.faulty ? "! " : " ");
  }
  CHECK(log == "0! 200! 503! 429! 304! 502! 200 ");
}

TEST_CASE("a script makes pages odd as the contract forbids, and only those that it names") {
  sim::background_server const server{one_batch(),
                                      with_script(R"({"page": 2, "total": -1, "has_next": true,
        "drop_cursor": true, "mutate": {"member": "sequence", "make": "float", "runs": [0]}})")};
  raw_client client{server.port()};
  auto const at = [&](std::string const& more) {
    client.send(request_text("GET", good + "&limit=5&sort=sequence:asc" + more, "key"));
    return client.receive()->body();
  };
  CHECK_THAT(at(""), ContainsSubstring("\"sequence\":1,"));
  auto const odd = at("&skip=5");
  CHECK_THAT(odd, ContainsSubstring("\"sequence\":6.0,"));
  CHECK_THAT(odd, ContainsSubstring("\"sequence\":7,"));
  CHECK_THAT(odd, ContainsSubstring("\"total\":-1,\"hasNext\":true,\"hasPrevious\":true,"
                                    "\"next\":null,\"previous\":null"));
  CHECK_THAT(at("&skip=10"), ContainsSubstring("\"total\":20,"));
}

TEST_CASE("a live server shows what its clock says, step by step") {
  sim::server_options options;
  options.api_key = "key";
  options.live = sim::read_schedule(R"({"appear_every": 10, "settle_after": 5})");
  options.clock = std::make_shared<sim::virtual_clock>();
  sim::background_server const server{one_batch(), options};
  raw_client client{server.port()};
  auto const body = [&] {
    client.send(request_text("GET", good + "&sort=sequence:asc&limit=100", "key"));
    return client.receive()->body();
  };
  auto const count = [](std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
  };
  CHECK_THAT(body(), ContainsSubstring("\"total\":1,"));
  CHECK(count(body(), "\"metrics\":{}") == 1);
  server.clock()->advance(5s);
  CHECK(count(body(), "\"metrics\":{}") == 0);
  server.clock()->advance(5s);
  auto const two = body();
  CHECK_THAT(two, ContainsSubstring("\"total\":2,"));
  CHECK(count(two, "\"metrics\":{}") == 1);
  server.clock()->advance(200s);
  auto const all = body();
  CHECK_THAT(all, ContainsSubstring("\"total\":20,"));
  CHECK(count(all, "\"metrics\":{}") == 0);
}

TEST_CASE("a cursor of a live batch goes on behind its run, whatever has come or gone meanwhile") {
  sim::server_options options;
  options.api_key = "key";
  options.live = sim::read_schedule(R"({"appear_every": 10, "expire_after": 1000})");
  options.clock = std::make_shared<sim::virtual_clock>();
  options.clock->advance(45s);
  sim::background_server const server{one_batch(), options};
  raw_client client{server.port()};
  auto const ask_for = [&](std::string const& more) {
    client.send(request_text("GET", good + "&sort=sequence:asc&limit=2" + more, "key"));
    return client.receive()->body();
  };
  auto const first = ask_for("");
  auto const at = first.find("\"next\":\"") + 8;
  auto const cursor = first.substr(at, first.find('"', at) - at);
  server.clock()->advance(960s);  // the first is gone, and there are more at the end
  auto const second = ask_for("&next=" + cursor);
  CHECK_THAT(second, ContainsSubstring("\"sequence\":3,"));
  CHECK_THAT(second, ContainsSubstring("\"sequence\":4,"));
}
