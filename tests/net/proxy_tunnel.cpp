#include "support/black_hole.hpp"
#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/http_client.hpp"
#include "support/scripted_server.hpp"
#include "support/tunnel_proxy.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

using Catch::Matchers::ContainsSubstring;
using simruns::errc;
using test::answer;
using test::scripted_server;
using test::tunnel_proxy;
using test::two_runs;

namespace {

simruns::client_config through_proxy(std::string const& url = "http://simulator.test/testing") {
  simruns::client_config out(url);
  out.max_attempts = 1;
  out.proxy.emplace("http://us%65r:hunter2@proxy.test");
  return out;
}

/// Everything that a failure shows.
std::string shown(simruns::request_failure const& failure) {
  return to_string(failure) + failure.message + failure.server_code + failure.field;
}

simruns::request_failure refusal(std::string const& said) {
  tunnel_proxy proxy(test::closed_endpoint(), said);
  test::http_client client(through_proxy(), test::answers_of({{proxy.endpoint()}}));
  auto const got = client.fetch();
  REQUIRE(got.has_error());
  CHECK(shown(got.error()).find("hunter2") == std::string::npos);
  CHECK(shown(got.error()).find("dXNlcjpodW50ZXIy") == std::string::npos);
  CHECK_THAT(got.error().message, ContainsSubstring("proxy http://proxy.test:8080"));
  CHECK(proxy.heads().find("the-key-of-the-api") == std::string::npos);
  return got.error();
}

}  // namespace

TEST_CASE("a proxy is asked for a tunnel, with its own user and nothing of the request") {
  scripted_server server({{scripted_server::reply(answer(two_runs))}});
  tunnel_proxy proxy(server.endpoint());
  test::http_client client(through_proxy(), test::answers_of({{proxy.endpoint()}}));
  CHECK(client.fetch().has_value());
  CHECK(proxy.heads() ==
        "CONNECT simulator.test:80 HTTP/1.1\r\nHost: simulator.test:80\r\n"
        "Proxy-Authorization: Basic dXNlcjpodW50ZXIy\r\n\r\n");
}

TEST_CASE("TLS is spoken with the server behind the proxy, whose certificate counts") {
  test::certificate::recipe of("own", "DNS:simulator.test");
  test::certificate const own(of);
  auto const ca_file = std::filesystem::temp_directory_path() / "simruns-test-proxy-ca.pem";
  std::ofstream(ca_file) << own.pem();
  auto tls = own.server_context();
  scripted_server server(
      {{scripted_server::reply(answer(two_runs), false), scripted_server::reply(answer(two_runs))}},
      &tls);
  tunnel_proxy proxy(server.endpoint());
  auto config = through_proxy("https://simulator.test/testing");
  config.ca_file = ca_file.string();
  test::http_client client(config, test::answers_of({{proxy.endpoint()}}));
  CHECK(client.fetch().has_value());
  CHECK(client.fetch().has_value());  // the tunnel is kept
  CHECK(server.accepted() == 1);
  CHECK_THAT(proxy.heads(), ContainsSubstring("CONNECT simulator.test:443 "));
  CHECK(proxy.heads().find("the-key-of-the-api") == std::string::npos);
}

TEST_CASE("a server with an IPv6 address is asked for in brackets") {
  scripted_server server({{scripted_server::reply(answer(two_runs))}});
  tunnel_proxy proxy(server.endpoint());
  test::http_client client(through_proxy("http://[2001:db8::1]:8000"),
                           test::answers_of({{proxy.endpoint()}}));
  CHECK(client.fetch().has_value());
  CHECK_THAT(proxy.heads(), ContainsSubstring("CONNECT [2001:db8::1]:8000 HTTP/1.1\r\n"));
}

TEST_CASE("the zone of an address, which means nothing to a proxy, is not told it") {
  scripted_server server({{scripted_server::reply(answer(two_runs))}});
  tunnel_proxy proxy(server.endpoint());
  test::http_client client(through_proxy("http://[fe80::1%25eth0]:8000"),
                           test::answers_of({{proxy.endpoint()}}));
  CHECK(client.fetch().has_value());
  CHECK_THAT(proxy.heads(), ContainsSubstring("CONNECT [fe80::1]:8000 HTTP/1.1\r\n"));
}

TEST_CASE("a proxy may leave out the reason of its 200") {
  for (auto const& line : {"HTTP/1.1 200", "HTTP/1.0 200", "HTTP/1.1 200 "}) {
    INFO(line);
    scripted_server server({{scripted_server::reply(answer(two_runs))}});
    tunnel_proxy proxy(server.endpoint(), std::string(line) + "\r\n\r\n");
    test::http_client client(through_proxy(), test::answers_of({{proxy.endpoint()}}));
    CHECK(client.fetch().has_value());
  }
}

TEST_CASE("a proxy that opens no tunnel is named with its status, its words not repeated") {
  auto const wrong_user =
      refusal("HTTP/1.1 407 hunter2 dXNlcjpodW50ZXIy\r\nContent-Length: 7\r\n\r\nhunter2");
  CHECK(wrong_user.code == errc::connect);
  CHECK_THAT(wrong_user.message,
             ContainsSubstring("HTTP 407; it does not accept this user and password"));
  for (std::string const status : {"204", "302", "403", "500", "502", "504"}) {
    auto const failed = refusal("HTTP/1.1 " + status + " No\r\n\r\n");
    CHECK(failed.code == errc::connect);
    CHECK_THAT(failed.message, ContainsSubstring("HTTP " + status));
  }
}

TEST_CASE("a response of a proxy that is not HTTP, too long, or more than a head is refused") {
  CHECK(refusal("hello there\r\n\r\n").code == errc::protocol);
  CHECK(refusal("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n").code ==
        errc::too_large);
  auto const more = refusal("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n");
  CHECK(more.code == errc::protocol);
  CHECK_THAT(more.message, ContainsSubstring("bytes of its own into the tunnel"));
  CHECK(refusal("HTTP/1.1 101 Switching Protocols\r\n\r\n").code == errc::connect);
}

TEST_CASE("a proxy's head is the same error, however it is cut") {
  auto const of = [](std::string const& said, std::chrono::milliseconds pace) {
    scripted_server::reply sent(said);
    sent.pace = pace;
    scripted_server proxy({{sent}});
    test::http_client client(through_proxy(), test::answers_of({{proxy.endpoint()}}));
    auto const got = client.fetch();
    REQUIRE(got.has_error());
    return got.error();
  };
  for (auto const* said : {"HTTP/1.1 200 OK\r\nB ad: c\r\nD:", "HTTP/1.1 407 No\nA: b\n\n",
                           "SSH-2.0", "HTTP/1.1 200 OK\r\nA: b\r\n"}) {
    INFO(said);
    auto const at_once = of(said, std::chrono::milliseconds(0));
    auto const one_by_one = of(said, std::chrono::milliseconds(1));
    CHECK(one_by_one.code == at_once.code);
    CHECK(one_by_one.message == at_once.message);
  }
}

TEST_CASE("an interim response, or a length beside a 200, does not end the tunnel") {
  scripted_server server({{scripted_server::reply(answer(two_runs))}});
  tunnel_proxy proxy(
      server.endpoint(),
      "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  test::http_client client(through_proxy(), test::answers_of({{proxy.endpoint()}}));
  CHECK(client.fetch().has_value());
}

TEST_CASE("a proxy that is not there, or closes, is an error of the connection") {
  test::http_client nobody(through_proxy(), test::answers_of({{test::closed_endpoint()}}));
  auto const none = nobody.fetch();
  REQUIRE(none.has_error());
  CHECK(none.error().code == errc::connect);
  CHECK_THAT(none.error().message, ContainsSubstring("the proxy proxy.test port 8080"));
  scripted_server closing({{scripted_server::reply("HTTP/1.1 200")}});
  test::http_client client(through_proxy(), test::answers_of({{closing.endpoint()}}));
  auto const cut = client.fetch();
  REQUIRE(cut.has_error());
  CHECK(cut.error().code == errc::connect);
  CHECK_THAT(cut.error().message, ContainsSubstring("closed without a response"));
}

TEST_CASE("connect_timeout spans the proxy's response") {
  scripted_server silent({{scripted_server::reply("", false)}});
  auto config = through_proxy();
  config.connect_timeout = std::chrono::milliseconds(200);
  test::http_client client(config, test::answers_of({{silent.endpoint()}}));
  auto const got = client.fetch();
  REQUIRE(got.has_error());
  CHECK(got.error().code == errc::timeout);
  CHECK_THAT(got.error().message, ContainsSubstring("by the proxy http://proxy.test:8080"));
}
