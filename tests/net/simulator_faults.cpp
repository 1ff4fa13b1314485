#include "simruns/simulator/simulator.hpp"

#include "net/simulator_raw_client.hpp"
#include "simruns/simulator/serve/detail/service.hpp"
#include "simruns/simulator/store/detail/store.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace sim = simruns::simulator;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using simulator_test::ask;
using simulator_test::good;
using simulator_test::one_batch;
using simulator_test::raw_client;
using simulator_test::request_text;

namespace {

sim::server_options with_fault(sim::fault_hook hook) {
  sim::server_options options;
  options.api_key = "key";
  options.fault = std::move(hook);
  return options;
}

/// A hook that lets one request go wrong, by its number.
sim::fault_hook at_request(std::uint64_t number, sim::fault what) {
  return [number, what](sim::request_facts const& request) -> std::optional<sim::fault> {
    if (request.number != number) return std::nullopt;
    return what;
  };
}

}  // namespace

TEST_CASE("a fault answers with its status, headers and an error body of the contract") {
  sim::background_server const server{
      one_batch(),
      with_fault(at_request(2, sim::fault::response(429, {}, {{"Retry-After", "3"}})))};
  raw_client client{server.port()};
  client.send(ask + ask + ask);
  CHECK(client.receive()->result_int() == 200);
  auto const reply = client.receive();
  CHECK(reply->result_int() == 429);
  CHECK(reply->at("Retry-After") == "3");
  CHECK_THAT(reply->body(), ContainsSubstring("\"traceId\""));
  CHECK(client.receive()->result_int() == 200);
  CHECK(server.requests()[1].status == 429);
}

TEST_CASE("a fault's own body and content type replace the contract's") {
  auto const page =
      sim::fault::response(502, "<h1>Bad Gateway</h1>", {{"Content-Type", "text/html"}});
  sim::background_server const server{one_batch(), with_fault(at_request(1, page))};
  raw_client client{server.port()};
  client.send(ask);
  auto const reply = client.receive();
  CHECK(reply->body() == "<h1>Bad Gateway</h1>");
  CHECK(reply->at("Content-Type") == "text/html");
  CHECK(reply->count("Content-Type") == 1);
}

TEST_CASE("a reset answers nothing, and the next connection is served") {
  sim::background_server const server{one_batch(), with_fault(at_request(1, sim::fault::reset()))};
  raw_client client{server.port()};
  client.send(ask);
  CHECK(client.drain() == raw_client::ending::reset);
  CHECK(client.input().empty());
  raw_client second{server.port()};
  second.send(ask);
  CHECK(second.receive()->result_int() == 200);
  CHECK(server.requests()[0].status == 0);
}

TEST_CASE("a truncated answer promises its whole length and ends inside its body") {
  sim::background_server const server{one_batch(),
                                      with_fault(at_request(1, sim::fault::truncate(1000)))};
  raw_client client{server.port()};
  client.send(ask);
  CHECK(client.drain() == raw_client::ending::closed);
  auto const body = client.input().find("\r\n\r\n") + 4;
  CHECK(client.input().size() - body == 1000);
  raw_client second{server.port()};
  second.send(ask);
  auto const whole = second.receive();
  REQUIRE(whole);
  CHECK_THAT(client.input(),
             ContainsSubstring("Content-Length: " + std::to_string(whole->body().size()) + "\r\n"));
}

TEST_CASE("an answer that is held back holds up nobody else") {
  sim::background_server const server{one_batch(),
                                      with_fault(at_request(1, sim::fault::late(24h)))};
  raw_client slow{server.port()};
  slow.send(ask);
  REQUIRE(test::eventually([&] { return !server.requests().empty(); }));
  raw_client quick{server.port()};
  quick.send(ask);
  CHECK(quick.receive()->result_int() == 200);
  CHECK_FALSE(slow.ends_within(0ms));
}

TEST_CASE("latency and a fault's delay add up") {
  auto options = with_fault(at_request(1, sim::fault::late(120ms)));
  options.latency = 60ms;
  auto const runs = std::make_shared<sim::dataset const>(one_batch());
  sim::detail::service service{std::make_shared<sim::detail::store const>(runs), {}, options};
  CHECK(service.serve({}).delay == 180ms);
  CHECK(service.serve({}).delay == 60ms);
}

TEST_CASE("a hook sees number and target, and its exception is a 500") {
  std::string seen;
  sim::background_server const server{
      one_batch(),
      with_fault([&seen](sim::request_facts const& request) -> std::optional<sim::fault> {
        seen += std::to_string(request.number) + " " + std::string{request.target} + " " +
                std::string{request.batch} + " " + std::to_string(request.page) + "\n";
        if (request.number == 2) throw std::runtime_error("hook");
        return std::nullopt;
      })};
  raw_client client{server.port()};
  client.send(ask + request_text("GET", "/x", "key"));
  CHECK(client.receive()->result_int() == 200);
  CHECK(client.receive()->result_int() == 500);
  CHECK(seen == "1 " + good + " change-flight-batch-1 1\n2 /x  0\n");
}
