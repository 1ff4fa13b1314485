#include "simruns/transport/detail/connect_addresses.hpp"

#include "simruns/simulator/serve/self_signed.hpp"
#include "support/black_hole.hpp"
#include "support/catch.hpp"
#include "support/http_client.hpp"
#include "support/scripted_server.hpp"

#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <thread>

using Catch::Matchers::ContainsSubstring;
using simruns::errc;
using test::answer;
using test::answers_of;
using test::scripted_server;
using endpoint = boost::asio::ip::tcp::endpoint;

namespace {

std::string const body = simruns::testing::page_of({"a", "b"});

simruns::client_config patient() {
  simruns::client_config out("http://simulator.test/testing");
  out.connect_timeout = std::chrono::seconds(60);
  out.attempt_timeout = std::chrono::seconds(60);
  return out;
}

endpoint of(char const* address, std::uint16_t port) {
  return {boost::asio::ip::make_address(address), port};
}

/// A lookup that does not end while anybody could wait for it.
simruns::endpoints endless(std::string const&, std::uint16_t) {
  std::this_thread::sleep_for(std::chrono::minutes(10));
  return {};
}

}  // namespace

TEST_CASE("addresses are tried in their order, with the families in turn") {
  auto const given = simruns::endpoints{of("::1", 1), of("::1", 2), of("127.0.0.1", 3),
                                        of("::1", 4), of("127.0.0.1", 5)};
  auto const order = simruns::detail::interleave(given);
  std::vector<int> ports;
  for (auto const& at : order) ports.push_back(at.port());
  CHECK(ports == std::vector<int>{1, 3, 2, 5, 4});
}

TEST_CASE("an address that does not answer does not keep one that does from being used") {
  test::black_hole const silent;
  scripted_server server({{scripted_server::reply(answer(body))}});
  test::http_client client(patient(), answers_of({{silent.endpoint(), server.endpoint()}}));
  auto const got = client.fetch();
  REQUIRE(got.has_value());
  CHECK(got->size() == 2);
}

TEST_CASE("an address that refuses is followed by the next, of either family") {
  scripted_server server({{scripted_server::reply(answer(body))}}, nullptr, "::1");
  test::http_client client(patient(), answers_of({{test::closed_endpoint(), server.endpoint()}}));
  CHECK(client.fetch().has_value());
}

TEST_CASE("where every address fails, the error says what each of them said") {
  auto const first = test::closed_endpoint();
  auto const second = test::closed_endpoint("::1");
  test::http_client client(patient(), answers_of({{first, second}}));
  auto const got = client.fetch();
  REQUIRE(got.has_error());
  CHECK(got.error().code == errc::connect);
  CHECK(got.error().cause == boost::asio::error::connection_refused);
  CHECK_THAT(got.error().message, ContainsSubstring("simulator.test port 80") &&
                                      ContainsSubstring("127.0.0.1: Connection refused, ::1: "));
}

TEST_CASE("one deadline holds for all addresses together") {
  test::black_hole const one;
  test::black_hole const two("127.0.0.2");
  auto config = patient();
  config.connect_timeout = std::chrono::milliseconds(400);
  test::http_client client(config, answers_of({{one.endpoint(), two.endpoint()}}));
  auto const got = client.fetch();
  REQUIRE(got.has_error());
  CHECK(got.error().code == errc::timeout);
  CHECK_THAT(got.error().message, ContainsSubstring("connect_timeout of 0.4 s"));
}

TEST_CASE("an IPv6 address is a host") {
  scripted_server server({{scripted_server::reply(answer(body))}}, nullptr, "::1");
  auto const url = "http://[::1]:" + std::to_string(server.endpoint().port());
  test::http_client client(simruns::client_config(url), simruns::system_lookup);
  CHECK(client.fetch().has_value());
}

TEST_CASE("a lookup that throws, or finds nothing, is an error of the connection") {
  auto const throws = [](std::string const&, std::uint16_t) -> simruns::endpoints {
    throw std::runtime_error("the directory is down");
  };
  test::http_client failing(patient(), throws);
  auto const failed = failing.fetch();
  REQUIRE(failed.has_error());
  CHECK(failed.error().code == errc::connect);
  CHECK_THAT(failed.error().message, ContainsSubstring("simulator.test: the directory is down"));
  test::http_client empty(patient(), answers_of({{}}));
  auto const none = empty.fetch();
  REQUIRE(none.has_error());
  CHECK(none.error().code == errc::connect);
}

TEST_CASE("a lookup that hangs delays neither the timeout nor the context's end") {
  auto config = patient();
  config.attempt_timeout = std::chrono::milliseconds(200);
  auto const began = std::chrono::steady_clock::now();
  {
    test::http_client client(config, endless);
    auto const got = client.fetch();
    REQUIRE(got.has_error());
    CHECK(got.error().code == errc::timeout);
    client.begin();
    client.context->poll();
  }
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(60));
}

// Run by the case below, in a process of its own.
TEST_CASE("a program that ends while a lookup hangs", "[.ends-in-lookup]") {
  test::http_client client(patient(), endless);
  client.begin();
  client.context->poll();
}

TEST_CASE("a lookup that hangs does not delay the exit of the program") {
  std::array<char*, 3> const arguments{const_cast<char*>("self"),
                                       const_cast<char*>("[.ends-in-lookup]"), nullptr};
  auto const began = std::chrono::steady_clock::now();
  pid_t child = 0;
  REQUIRE(posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ) == 0);
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(60));
}
