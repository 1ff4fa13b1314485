#include "simruns/transport/detail/connect_addresses.hpp"

#include "simruns/simulator/serve/self_signed.hpp"
#include "support/black_hole.hpp"
#include "support/catch.hpp"
#include "support/http_client.hpp"
#include "support/own_process.hpp"
#include "support/scripted_server.hpp"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <thread>

using Catch::Matchers::ContainsSubstring;
using simruns::errc;
using test::answer;
using test::answers_of;
using test::scripted_server;
using test::two_runs;
using endpoint = boost::asio::ip::tcp::endpoint;

namespace {

simruns::client_config patient() {
  simruns::client_config out("http://simulator.test/testing");
  out.connect_timeout = std::chrono::seconds(60);
  out.attempt_timeout = std::chrono::seconds(60);
  return out;
}

endpoint place(char const* address, std::uint16_t port) {
  return {boost::asio::ip::make_address(address), port};
}

/// An IPv6 address of this machine with its zone; unspecified, if there is none.
boost::asio::ip::address_v6 link_local_address() {
  boost::asio::ip::address_v6 out;
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return out;
  for (auto const* one = all; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET6) continue;
    auto const* const found = reinterpret_cast<sockaddr_in6 const*>(one->ifa_addr);
    boost::asio::ip::address_v6::bytes_type bytes;
    std::copy_n(found->sin6_addr.s6_addr, bytes.size(), bytes.begin());
    boost::asio::ip::address_v6 const address(bytes, found->sin6_scope_id);
    if (address.is_link_local()) out = address;
  }
  ::freeifaddrs(all);
  return out;
}

/// A lookup that does not end while anybody could wait for it.
simruns::endpoints endless(std::string const&, std::uint16_t) {
  std::this_thread::sleep_for(std::chrono::minutes(10));
  return {};
}

}  // namespace

TEST_CASE("addresses are tried in their order, with the families in turn") {
  auto const given = simruns::endpoints{place("::1", 1), place("::1", 2), place("127.0.0.1", 3),
                                        place("::1", 4), place("127.0.0.1", 5)};
  auto const order = simruns::detail::interleave(given);
  std::vector<int> ports;
  for (auto const& at : order) ports.push_back(at.port());
  CHECK(ports == std::vector<int>{1, 3, 2, 5, 4});
}

TEST_CASE("an address that does not answer does not keep one that does from being used") {
  test::black_hole const silent;
  scripted_server server({{scripted_server::reply(answer(two_runs))}});
  test::http_client client(patient(), answers_of({{silent.endpoint(), server.endpoint()}}));
  auto const got = client.fetch();
  REQUIRE(got.has_value());
  CHECK(got->size() == 2);
}

TEST_CASE("an address that refuses is followed by the next, of either family") {
  scripted_server server({{scripted_server::reply(answer(two_runs))}}, nullptr, "::1");
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
  scripted_server server({{scripted_server::reply(answer(two_runs))}}, nullptr, "::1");
  auto const url = "http://[::1]:" + std::to_string(server.endpoint().port());
  test::http_client client(simruns::client_config(url), simruns::system_lookup);
  CHECK(client.fetch().has_value());
}

TEST_CASE("localhost and the names below it are this machine, whatever the system knows") {
  simruns::endpoints const both{place("::1", 8080), place("127.0.0.1", 8080)};
  for (auto const* name :
       {"localhost", "localhost.", "LocalHost", "api.localhost", "a.b.localhost.", "A.LOCALHOST"}) {
    INFO(name);
    CHECK(simruns::system_lookup(name, 8080) == both);
  }
  CHECK_THROWS_AS(simruns::system_lookup("localhost.invalid", 1), simruns::request_error);
  for (auto const* address : {"127.0.0.1", "::1"}) {
    INFO(address);
    scripted_server server({{scripted_server::reply(answer(two_runs))}}, nullptr, address);
    auto const url = "http://api.localhost:" + std::to_string(server.endpoint().port());
    test::http_client client(simruns::client_config(url), simruns::system_lookup);
    CHECK(client.fetch().has_value());
  }
}

TEST_CASE("an address with a zone is a host, and the server is not told of the zone") {
  scripted_server server({{scripted_server::reply(answer(two_runs))}}, nullptr, "::1");
  auto const port = std::to_string(server.endpoint().port());
  test::http_client client(simruns::client_config("http://[::1%25lo]:" + port),
                           simruns::system_lookup);
  CHECK(client.fetch().has_value());
  CHECK_THAT(server.heads().at(0), ContainsSubstring("\r\nHost: [::1]:" + port + "\r\n"));
}

TEST_CASE("an address of the link is reached by its zone, by name and by number") {
  auto const address = link_local_address();
  if (address.is_unspecified()) {
    WARN("this machine has no address of a link");
    return;
  }
  scripted_server server({{scripted_server::reply(answer(two_runs), false)},
                          {scripted_server::reply(answer(two_runs))}},
                         nullptr, address.to_string());
  auto const port = std::to_string(server.endpoint().port());
  auto const plain = boost::asio::ip::address_v6(address.to_bytes()).to_string();
  for (auto const& zone :
       {address.to_string().substr(plain.size() + 1), std::to_string(address.scope_id())}) {
    INFO(zone);
    test::http_client client(
        simruns::client_config("http://[" + plain + "%25" + zone + "]:" + port),
        simruns::system_lookup);
    CHECK(client.fetch().has_value());
  }
}

TEST_CASE("a zone that is no interface of this machine is named") {
  simruns::client_config config("http://[fe80::1%25nosuch0]:8080");
  config.max_attempts = 1;
  test::http_client client(config, simruns::system_lookup);
  auto const got = client.fetch();
  REQUIRE(got.has_error());
  CHECK(got.error().code == errc::connect);
  CHECK_THAT(got.error().message, ContainsSubstring("no network interface nosuch0"));
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
  auto const began = std::chrono::steady_clock::now();
  CHECK(test::run_in_own_process("[.ends-in-lookup]") == 0);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(60));
}
