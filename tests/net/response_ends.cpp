#include "response_sweep.hpp"
#include "simruns/runs/client.hpp"
#include "support/certificates.hpp"
#include "support/scratch.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

using simruns::errc;
using namespace std::string_literals;
using test::answer;
using test::chunked;
using test::two_runs;

namespace {

std::string const unframed = "HTTP/1.1 200 OK\r\n\r\n";

simruns::result<simruns::page> fetch_once(simruns::client_config config) {
  config.max_attempts = 1;
  test::asio::io_context context;
  simruns::client client(context.get_executor(), config, simruns::credentials::api_key("k"));
  return test::run(context, client.try_fetch_page(test::query()));
}

/// A server with a certificate that its client trusts.
struct trusted_server {
  trusted_server() : tls(own.server_context()) { test::write_file(ca_file, own.pem()); }

  simruns::result<simruns::page> fetch_of(std::string const& bytes, bool says_end) {
    test::scripted_server::reply sent(bytes);
    sent.says_end = says_end;
    test::scripted_server server({{sent}}, &tls);
    simruns::client_config config(server.url());
    config.ca_file = ca_file;
    return fetch_once(config);
  }

  test::scratch folder;
  std::string ca_file = folder.file("ca.pem");
  test::certificate own{test::certificate::recipe("own", "IP:127.0.0.1")};
  boost::asio::ssl::context tls;
};

errc errc_of(std::string const& bytes) {
  test::scripted_server server({{test::scripted_server::reply(bytes)}});
  auto const got = fetch_once(simruns::client_config(server.url()));
  REQUIRE(got.has_error());
  return static_cast<errc>(got.error().code.value());
}

}  // namespace

TEST_CASE("an end of TLS without its closing word cuts only a response of unknown length") {
  trusted_server server;
  auto const whole = {answer(two_runs), chunked(two_runs, 40), unframed + two_runs};
  for (auto const& bytes : whole) CHECK(server.fetch_of(bytes, true).has_value());
  CHECK(server.fetch_of(answer(two_runs), false).has_value());
  CHECK(server.fetch_of(answer(two_runs, "Connection: close\r\n"), false).has_value());
  CHECK(server.fetch_of(chunked(two_runs, 40), false).has_value());
  // Whole as it looks: whoever cut it may have had reasons to.
  auto const cut = server.fetch_of(unframed + two_runs, false);
  REQUIRE(cut.has_error());
  CHECK(cut.error().code == errc::truncated);
}

TEST_CASE("a response shorter than its length is cut, whatever TLS says") {
  trusted_server server;
  for (bool const says_end : {true, false}) {
    for (auto const& bytes : {answer(two_runs), chunked(two_runs, 40)}) {
      auto const got = server.fetch_of(bytes.substr(0, bytes.size() - 1), says_end);
      REQUIRE(got.has_error());
      CHECK(got.error().code == errc::truncated);
    }
  }
}

TEST_CASE("what ends with its connection was cut if it is no whole JSON, else it is no page") {
  for (auto const* whole :
       {R"({"a":1})", "[]", R"({"data":null})", "null", " [{}] \n", R"({"data":[{"a":NaN}]})"}) {
    INFO(whole);
    CHECK(errc_of(unframed + whole) == errc::decode);
    CHECK(errc_of(answer(whole)) == errc::decode);
  }
  for (auto const* part :
       {"", R"({"a":1)", "[", R"([{"data":[]})", R"({"data":nul)", "tru", "Na", R"({"a":NaN)"}) {
    INFO(part);
    CHECK(errc_of(unframed + part) == errc::truncated);
    CHECK(errc_of(answer(part)) == errc::decode);
  }
}

TEST_CASE("bytes that come one by one are the same error as bytes that come at once") {
  auto const of = [](std::string const& bytes, std::chrono::milliseconds pace) {
    test::scripted_server::reply sent(bytes);
    sent.pace = pace;
    test::scripted_server server({{sent}});
    auto const got = fetch_once(simruns::client_config(server.url()));
    REQUIRE(got.has_error());
    return got.error();
  };
  std::string const chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (auto const& bytes :
       {"HTTP/1.1 200 OK\r\nB ad: c\r\nD:"s, "HTTP/1.1 200 OK\nA: b\n\n"s, chunks + "1\r\nabc",
        chunks + "0\r\nT", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nno gzip"s}) {
    INFO(bytes);
    auto const at_once = of(bytes, std::chrono::milliseconds(0));
    auto const one_by_one = of(bytes, std::chrono::milliseconds(1));
    CHECK(one_by_one.code == at_once.code);
    CHECK(one_by_one.message == at_once.message);
  }
}
