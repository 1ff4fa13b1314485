#include "simruns/transport/lookup.hpp"

#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/http_client.hpp"
#include "support/scripted_server.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using simruns::errc;
using test::answer;
using test::scripted_server;
using test::two_runs;

namespace {

scripted_server::reply const two_runs_reply(answer(two_runs));

/// What a lookup finds, what it waits for, and how often it was begun.
struct desk {
  simruns::endpoints found;
  std::atomic<bool> open{false};
  std::atomic<int> begun{0};
};

/// A lookup that waits until the desk opens, which is one object for all of its clients.
simruns::lookup_function of(std::shared_ptr<desk> const& at) {
  return [at](std::string const&, std::uint16_t) {
    ++at->begun;
    at->open.wait(false);
    return at->found;
  };
}

void open(desk& at) {
  at.open = true;
  at.open.notify_all();
}

simruns::client_config patient_with(std::string const& host = "simulator.test") {
  simruns::client_config out("http://" + host + "/testing");
  out.connect_timeout = out.attempt_timeout = std::chrono::seconds(60);
  return out;
}

/// Hangs for every host but one, as the resolver of a system may.
simruns::endpoints the_answer;
std::atomic<int> hanging{0};
simruns::endpoints for_one_host(std::string const& host, std::uint16_t) {
  if (host == "simulator.test") return the_answer;
  ++hanging;
  std::this_thread::sleep_for(std::chrono::minutes(10));
  return {};
}

std::unique_ptr<test::http_client> begun(simruns::client_config const& config,
                                         simruns::lookup_function const& lookup) {
  auto out = std::make_unique<test::http_client>(config, lookup);
  out->begin();
  out->context->poll();
  return out;
}

}  // namespace

TEST_CASE("lookups that hang hold up no other host, however many hosts and requests they are of") {
  scripted_server server({{two_runs_reply}});
  the_answer = {server.endpoint()};
  std::vector<std::unique_ptr<test::http_client>> waiting;
  for (int i = 0; i < 20; ++i) {
    auto const own = "h" + std::to_string(i) + ".test";
    waiting.push_back(begun(patient_with(own), for_one_host));
    waiting.push_back(begun(patient_with("one.test"), for_one_host));
    waiting.back()->cancel();
  }
  test::http_client served(patient_with(), for_one_host);
  CHECK(served.fetch().has_value());
  REQUIRE(test::eventually([] { return hanging > 20; }));
  CHECK(hanging <= 24);
}

TEST_CASE("a host has one lookup at a time, for all of a client's requests") {
  scripted_server server({{two_runs_reply}, {two_runs_reply}, {two_runs_reply}});
  auto const at = std::make_shared<desk>();
  at->found = {server.endpoint()};
  test::http_client client(patient_with(), of(at));
  std::vector<simruns::result<simruns::page>> got;
  for (int i = 0; i < 3; ++i) {
    test::asio::co_spawn(*client.context, client.client->try_fetch_page(test::query()),
                         [&](std::exception_ptr, simruns::result<simruns::page> one) {
                           got.push_back(std::move(one));
                         });
  }
  client.context->poll();
  REQUIRE(test::eventually([&] { return at->begun == 1; }));
  open(*at);
  client.context->run();
  REQUIRE(got.size() == 3);
  for (auto const& one : got) CHECK(one.has_value());
  CHECK(at->begun == 1);
}

TEST_CASE("a lookup that nobody waits for any more is not begun, and holds nobody up") {
  scripted_server server({{two_runs_reply}});
  auto const at = std::make_shared<desk>();
  at->found = {server.endpoint()};
  test::http_client client(patient_with(), of(at));
  auto const abandon = [&] {
    client.begin();
    client.context->restart();
    client.context->poll();
    client.cancel();
    CHECK(client.got->error().code == errc::cancelled);
    client.got.reset();
  };
  for (int i = 0; i < 4; ++i) abandon();
  REQUIRE(test::eventually([&] { return at->begun == 4; }));  // as many as may hang of one host
  for (int i = 0; i < 40; ++i) abandon();
  client.begin();
  client.context->restart();
  client.context->poll();
  CHECK(at->begun == 4);
  open(*at);
  client.context->run();
  REQUIRE(client.got);
  CHECK(client.got->has_value());
  CHECK(at->begun == 5);
}
