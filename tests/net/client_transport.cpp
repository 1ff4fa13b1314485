#include "simruns/runs/client.hpp"

#include "simruns/simulator/serve/self_signed.hpp"
#include "support/catch.hpp"
#include "support/run_io.hpp"
#include "support/scripted_server.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

using simruns::condition;
using simruns::errc;
using simruns::testing::page_of;
using test::answer;
using test::scripted_server;
using test::two_runs;

namespace {

simruns::client_config quick(std::string const& url) {
  simruns::client_config out(url);
  out.attempt_timeout = std::chrono::milliseconds(300);
  out.max_attempts = 1;
  return out;
}

simruns::result<simruns::page> fetch(simruns::client_config const& config) {
  test::asio::io_context context;
  simruns::client client(context.get_executor(), config, simruns::credentials::api_key("k"));
  return test::run(context, client.try_fetch_page(test::query()));
}

simruns::error_code code_of(std::string const& reply) {
  scripted_server server({{scripted_server::reply(reply)}});
  auto const got = fetch(quick(server.url()));
  return got ? simruns::error_code{} : got.error().code;
}

}  // namespace

TEST_CASE("a plain, a chunked and an EOF-delimited response give the same page") {
  auto const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + [] {
    std::array<char, 16> size{};
    std::snprintf(size.data(), size.size(), "%zx", two_runs.size());
    return std::string(size.data()) + "\r\n" + two_runs + "\r\n0\r\n\r\n";
  }();
  for (auto const& reply : {answer(two_runs), chunked, "HTTP/1.1 200 OK\r\n\r\n" + two_runs,
                            "HTTP/1.1 100 Continue\r\n\r\n" + answer(two_runs)}) {
    scripted_server server({{scripted_server::reply(reply)}});
    auto const got = fetch(quick(server.url()));
    REQUIRE(got.has_value());
    CHECK(got->size() == 2);
  }
}

TEST_CASE("a response cut at any byte is an error, never a partial page") {
  auto const reply = answer(page_of({"a"}));
  std::vector<std::vector<scripted_server::reply>> cuts;
  for (std::size_t cut = 0; cut < reply.size(); ++cut) cuts.push_back({reply.substr(0, cut)});
  // A connection that closes before its first byte is tried once more when it was reused; these
  // are all new ones, so each reply meets one request.
  scripted_server server(std::move(cuts));
  test::asio::io_context context;
  for (std::size_t cut = 0; cut < reply.size(); ++cut) {
    INFO("cut at " << cut);
    simruns::client client(context.get_executor(), quick(server.url()),
                           simruns::credentials::api_key("k"));
    auto const got = test::run(context, client.try_fetch_page(test::query()));
    REQUIRE(got.has_error());
    CHECK((got.error().code == errc::transport || got.error().code == errc::truncated));
    CHECK(got.error().code == condition::retryable);
  }
}

TEST_CASE("framing that is not certain is refused") {
  CHECK(
      code_of(
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") ==
      errc::protocol);
  CHECK(code_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!") ==
        errc::protocol);
  CHECK(code_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n" + two_runs) == errc::protocol);
  CHECK(code_of("HTTP/1.1 101 Switching Protocols\r\n\r\n" + two_runs) == errc::protocol);
  CHECK(code_of("not HTTP at all\r\n\r\n") == errc::protocol);
}

TEST_CASE("a head or a body beyond the limits is too large") {
  CHECK(code_of("HTTP/1.1 200 OK\r\nX: " + std::string(80'000, 'x') + "\r\n\r\n") ==
        errc::too_large);
  scripted_server server({{scripted_server::reply(answer(two_runs))}});
  auto config = quick(server.url());
  config.max_body_bytes = two_runs.size() - 1;
  auto const got = fetch(config);
  REQUIRE(got.has_error());
  CHECK(got.error().code == errc::too_large);
  CHECK(got.error().message.find("max_body_bytes, " + std::to_string(two_runs.size() - 1)) !=
        std::string::npos);
}

TEST_CASE("only 200 is a page; a redirect is not followed and says where it leads") {
  CHECK(code_of(answer(two_runs, {}, "204 No Content")) == errc::http);
  CHECK(code_of(answer(two_runs, {}, "404 Not Found")) == errc::not_found);
  CHECK(code_of(answer("<html>busy</html>", {}, "503 Service Unavailable")) == errc::server);
  scripted_server server(
      {{scripted_server::reply(answer("", "Location: http://elsewhere.test/\r\n", "302 Found"))}});
  auto const got = fetch(quick(server.url()));
  REQUIRE(got.has_error());
  CHECK(got.error().code == errc::redirect);
  CHECK(got.error().message.find("elsewhere.test") != std::string::npos);
}

TEST_CASE("a silent server is a timeout") {
  scripted_server server({{scripted_server::reply("", false)}});
  auto const got = fetch(quick(server.url()));
  REQUIRE(got.has_error());
  CHECK(got.error().code == errc::timeout);
  CHECK(got.error().message.find("attempt_timeout of ") == 0);
}

TEST_CASE("a server that closed a kept connection meanwhile costs no error") {
  scripted_server server(
      {{scripted_server::reply(answer(two_runs), false), scripted_server::reply("")},
       {scripted_server::reply(answer(two_runs))}});
  test::asio::io_context context;
  simruns::client client(context.get_executor(), quick(server.url()),
                         simruns::credentials::api_key("k"));
  for (int i = 0; i < 2; ++i) {
    CHECK(test::run(context, client.try_fetch_page(test::query())).has_value());
  }
  CHECK(server.accepted() == 2);
}

TEST_CASE("a connection with bytes left over after a response is not used again") {
  scripted_server server({{scripted_server::reply(answer(two_runs) + "HTTP/1.1 200 OK\r\n", false)},
                          {scripted_server::reply(answer(two_runs))}});
  test::asio::io_context context;
  simruns::client client(context.get_executor(), quick(server.url()),
                         simruns::credentials::api_key("k"));
  for (int i = 0; i < 2; ++i) {
    CHECK(test::run(context, client.try_fetch_page(test::query())).has_value());
  }
  CHECK(server.accepted() == 2);
}

TEST_CASE("nobody listens: connect; a name that is none: connect") {
  auto const closed = fetch(quick("http://127.0.0.1:1/testing"));
  REQUIRE(closed.has_error());
  CHECK(closed.error().code == errc::connect);
  auto config = quick("http://no-such-host.invalid/testing");
  config.connect_timeout = std::chrono::seconds(5);
  config.attempt_timeout = std::chrono::seconds(5);
  auto const nameless = fetch(config);
  REQUIRE(nameless.has_error());
  CHECK((nameless.error().code == errc::connect || nameless.error().code == errc::timeout));
}

TEST_CASE("TLS: a trusted server is served, an untrusted or misnamed one refused with advice") {
  namespace ssl = boost::asio::ssl;
  auto const right = simruns::simulator::self_signed_certificate("IP:127.0.0.1");
  auto const misnamed = simruns::simulator::self_signed_certificate("DNS:other.test");
  auto const ca_file = std::filesystem::temp_directory_path() / "simruns-test-ca.pem";
  std::ofstream(ca_file) << right.certificate << misnamed.certificate;
  auto const context_of = [](simruns::simulator::certified_key const& with) {
    ssl::context out(ssl::context::tls_server);
    out.use_certificate(boost::asio::buffer(with.certificate), ssl::context::pem);
    out.use_private_key(boost::asio::buffer(with.private_key), ssl::context::pem);
    return out;
  };
  auto const fetch_from = [&](simruns::simulator::certified_key const& with,
                              std::string const& trusted) {
    auto tls = context_of(with);
    scripted_server server({{scripted_server::reply(answer(two_runs))}}, &tls);
    auto config = quick(server.url());
    config.ca_file = trusted;
    return fetch(config);
  };

  CHECK(fetch_from(right, ca_file.string()).has_value());
  auto const untrusted = fetch_from(right, "");
  REQUIRE(untrusted.has_error());
  CHECK(untrusted.error().code == errc::tls);
  CHECK(untrusted.error().message.find("ca_file") != std::string::npos);
  auto const other = fetch_from(misnamed, ca_file.string());
  REQUIRE(other.has_error());
  CHECK(other.error().code == errc::tls);
  CHECK(other.error().message.find("host name") != std::string::npos);
  CHECK_THROWS_AS(fetch_from(right, "/no/such/file.pem"), simruns::request_error);
}
