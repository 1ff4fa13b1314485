#include "response_sweep.hpp"
#include "simruns/simulator/serve/self_signed.hpp"

#include <filesystem>
#include <fstream>

using Catch::Matchers::ContainsSubstring;
using simruns::errc;
using simruns::simulator::detail::gzip;
using test::answer;
using test::chunked;
using test::scripted_server;
using test::two_runs;

namespace {

std::string const coding = "Content-Encoding: gzip\r\n";

struct outcome {
  simruns::error_code code;
  std::string message;
  simruns::http_response response;
};

test::asio::awaitable<outcome> exchanged(simruns::http_transport* link,
                                         simruns::http_request request,
                                         simruns::attempt_limits limits) {
  outcome out;
  try {
    out.response = co_await link->exchange(request, limits);
  } catch (simruns::request_error const& error) {
    out.code = error.code();
    out.message = error.what();
  }
  co_return out;
}

struct asked {
  explicit asked(scripted_server const& server, std::string const& ca_file = {})
      : config(server.url()) {
    config.ca_file = ca_file;
    link.emplace(context.get_executor(), config);
    limits.attempt_timeout = std::chrono::milliseconds(2000);
  }
  outcome operator()(bool compression = true) {
    auto const who = simruns::credentials::api_key("k");
    config.compression = compression;
    auto request = simruns::make_request(config, who, test::query(), {});
    return test::run(context, exchanged(&*link, request, limits));
  }
  test::asio::io_context context;
  simruns::client_config config;
  std::optional<simruns::http_transport> link;
  simruns::attempt_limits limits;
};

outcome outcome_of(std::string const& bytes) {
  scripted_server server({{scripted_server::reply(bytes)}});
  return asked(server)();
}

}  // namespace

TEST_CASE("gzip is unpacked, in several members too, whether it was asked for or not") {
  CHECK(outcome_of(answer(gzip(two_runs), coding)).response.body == two_runs);
  CHECK(outcome_of(answer(gzip(two_runs), "content-encoding: X-GZip\r\n")).response.body ==
        two_runs);
  auto const halves = gzip(two_runs.substr(0, 50)) + gzip(two_runs.substr(50));
  CHECK(outcome_of(chunked(halves, 7, coding)).response.body == two_runs);
  CHECK(outcome_of(answer(two_runs, "Content-Encoding: identity\r\n")).response.body == two_runs);
  for (auto const& head : {"Content-Encoding: gzip", "Content-Encoding: X-GZIP",
                           "Content-Encoding: identity, gzip", "Content-Encoding: , gzip ,"}) {
    INFO(head);
    auto const line = std::string(head) + "\r\n";
    for (auto const& bytes : {answer(gzip(two_runs), line), chunked(halves, 7, line),
                              "HTTP/1.1 200 OK\r\n" + line + "\r\n" + gzip(two_runs)}) {
      scripted_server server({{scripted_server::reply(bytes)}});
      CHECK(asked(server)(false).response.body == two_runs);
      CHECK_THAT(server.heads().at(0), ContainsSubstring("\r\nAccept-Encoding: identity\r\n"));
    }
  }
}

TEST_CASE("an error that comes packed is read, whether gzip was asked for or not") {
  auto const said = gzip(R"({"error":"no such sort"})");
  bool const compression = GENERATE(true, false);
  scripted_server server({{scripted_server::reply(answer(said, coding, "400 Bad Request"))}});
  CHECK(asked(server)(compression).response.body == R"({"error":"no such sort"})");
}

TEST_CASE("gzip that is cut, followed by something, corrupt or packed twice is refused") {
  auto const packed = gzip(two_runs);
  CHECK(outcome_of(answer(packed.substr(0, packed.size() - 1), coding)).code == errc::truncated);
  CHECK(outcome_of(answer("", coding)).code == errc::truncated);
  CHECK(outcome_of(answer(packed + "garbage", coding)).code == errc::decode);
  CHECK(outcome_of(answer(two_runs, coding)).code == errc::decode);
  CHECK(outcome_of(answer(packed, "Content-Encoding: gzip, gzip\r\n")).code == errc::protocol);
  CHECK(outcome_of(answer(packed, coding + coding)).code == errc::protocol);
  auto const brotli = outcome_of(answer(packed, "Content-Encoding: br\r\n"));
  CHECK(brotli.code == errc::protocol);
  CHECK(brotli.message.find("br") != std::string::npos);
}

TEST_CASE("a bomb stops at max_inflated_bytes; one byte less is no bomb") {
  auto const bomb = gzip(std::string(1'000'000, '0'));
  bool const compression = GENERATE(true, false);
  for (std::uint64_t most : {999'999u, 1'000'000u}) {
    scripted_server server({{scripted_server::reply(answer(bomb, coding))}});
    asked ask_it(server);
    ask_it.limits.max_inflated_bytes = most;
    auto const got = ask_it(compression);
    CHECK((got.code == errc::too_large) == (most == 999'999u));
    CHECK(got.response.body.size() == (most == 999'999u ? 0u : 1'000'000u));
  }
}

TEST_CASE("heads, interim responses, extensions and trailers have limits") {
  std::string fields;
  for (int i = 0; i < 255; ++i) fields += "X: y\r\n";
  auto const head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + fields;
  CHECK_FALSE(outcome_of(head + "\r\n").code);
  CHECK(outcome_of(head + "X: y\r\n\r\n").code == errc::too_large);
  std::string interim;
  for (int i = 0; i < 16; ++i) interim += "HTTP/1.1 103 Early Hints\r\n\r\n";
  CHECK_FALSE(outcome_of(interim + answer(two_runs)).code);
  CHECK(outcome_of(interim + "HTTP/1.1 103 E\r\n\r\n" + answer(two_runs)).code == errc::protocol);
  auto const hints = "HTTP/1.1 103 E\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n";
  CHECK_FALSE(outcome_of(hints + hints + hints + answer(two_runs)).code);
  CHECK(outcome_of(hints + hints + hints + hints + answer(two_runs)).code == errc::too_large);
  std::string extended = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 70; ++i) extended += "1;x=" + std::string(1000, 'y') + "\r\nz\r\n";
  CHECK(outcome_of(extended + "0\r\n\r\n").code == errc::too_large);
  auto const trailer = "0\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n";
  CHECK(outcome_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + trailer).code ==
        errc::too_large);
  CHECK_FALSE(outcome_of(chunked(std::string(50'000, 'x'), 1)).code);  // small, but chunks
}

TEST_CASE("an error's body is read as far as people need it, and costs no failure") {
  std::string const status = "HTTP/1.1 500 Internal Server Error\r\n";
  auto const huge =
      outcome_of(status + "Content-Length: 1000000000\r\n\r\n" + std::string(100'000, '<'));
  CHECK(huge.response.status == 500);
  CHECK(huge.response.body.size() == 64 * 1024);
  CHECK(outcome_of(status + "Content-Length: 9\r\n\r\ncut").response.body == "cut");
  CHECK(
      outcome_of(status + "Content-Encoding: br\r\nContent-Length: 2\r\n\r\nxx").response.status ==
      500);
  CHECK(outcome_of(status + coding + "Content-Length: 2\r\n\r\nxx").response.status == 500);
}

TEST_CASE("a length that is not certain is refused") {
  for (auto const* framing :
       {"Content-Length: -1", "Content-Length: +5", "Content-Length: 5, 6", "Content-Length: x",
        "Content-Length: 99999999999999999999", "Content-Length: ", "Content-Length : 5",
        "Content-Length: 5\r\nContent-Length: 6", "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: identity",
        "Transfer-Encoding: identity\r\nContent-Length: 5",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"}) {
    INFO(framing);
    auto const got = outcome_of("HTTP/1.1 200 OK\r\n" + std::string(framing) + "\r\n\r\nhello");
    CHECK(got.code == errc::protocol);
  }
  CHECK(outcome_of("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").code ==
        errc::protocol);
  auto const open = outcome_of("HTTP/1.1 200 OK\r\n\r\n" + two_runs.substr(0, 30));
  CHECK_FALSE(open.response.length_known);
  auto const who = simruns::credentials::api_key("k");
  auto const read =
      simruns::detail::read_response(open.response, test::config(), who, test::query());
  REQUIRE(read.has_error());
  CHECK(read.error().code == errc::truncated);
}

TEST_CASE("a status line without a reason is taken, in as many pieces as it comes") {
  for (auto const& line : {"HTTP/1.1 200", "HTTP/1.0 200", "HTTP/1.1 200 ",
                           "HTTP/1.1 200 caf\xc3\xa9", "HTTP/1.1 200 \xe9", "HTTP/1.1 200   OK"}) {
    INFO(line);
    auto const bytes = line + answer(two_runs).substr(std::string_view("HTTP/1.1 200 OK").size());
    CHECK(outcome_of(bytes).response.body == two_runs);
    CHECK(outcome_of("HTTP/1.1 103\r\n\r\n" + bytes).response.body == two_runs);
    auto slow = scripted_server::reply(bytes);
    slow.pace = std::chrono::milliseconds(1);
    scripted_server server({{slow}});
    asked ask_it(server);
    ask_it.limits.attempt_timeout = std::chrono::minutes(1);
    CHECK(ask_it().response.body == two_runs);
  }
  CHECK(outcome_of("HTTP/1.1 503\r\n\r\n").response.status == 503);
  for (auto const& line : {"HTTP/1.1 20", "HTTP/1.1 2000", "HTTP/1.1  200", "HTTP/1.1",
                           "HTTP/2 200", "HTTP/1.1 200\r", "HTTP/1.1 2x0", "http/1.1 200"}) {
    INFO(line);
    CHECK(outcome_of(std::string(line) + "\r\nContent-Length: 0\r\n\r\n").code == errc::protocol);
  }
}

TEST_CASE("a response that nobody asked for is never taken for the next one") {
  auto first = scripted_server::reply(answer(two_runs), false);
  first.stray = answer("stray");
  scripted_server server(
      {{first, scripted_server::reply("")}, {scripted_server::reply(answer("right"))}});
  asked ask_it(server);
  CHECK(ask_it().response.body == two_runs);
  server.send_stray();
  CHECK(ask_it().response.body == "right");
  CHECK(server.accepted() == 2);
}

TEST_CASE("interim responses do not extend the attempt's time") {
  std::string interim;
  for (int i = 0; i < 16; ++i) interim += "HTTP/1.1 103 E\r\n\r\n";
  auto slow = scripted_server::reply(interim + answer(two_runs), false);
  slow.pace = std::chrono::milliseconds(2);  // some 36 ms each
  scripted_server server({{slow}});
  asked ask_it(server);
  ask_it.limits.attempt_timeout = std::chrono::milliseconds(250);
  CHECK(ask_it().code == errc::timeout);
}

TEST_CASE("a response of which more is always there ends with the attempt") {
  scripted_server server(
      {{scripted_server::reply(chunked(std::string(3'000'000, 'x'), 1), false)}});
  asked ask_it(server);
  ask_it.limits.attempt_timeout = std::chrono::milliseconds(20);
  CHECK(ask_it().code == errc::timeout);
}

TEST_CASE("a response that drips ends with the attempt") {
  auto const made = simruns::simulator::self_signed_certificate("IP:127.0.0.1");
  auto const ca_file = std::filesystem::temp_directory_path() / "simruns-test-drip-ca.pem";
  std::ofstream(ca_file) << made.certificate;
  boost::asio::ssl::context tls(boost::asio::ssl::context::tls_server);
  tls.use_certificate(boost::asio::buffer(made.certificate), boost::asio::ssl::context::pem);
  tls.use_private_key(boost::asio::buffer(made.private_key), boost::asio::ssl::context::pem);
  std::string const status = "HTTP/1.1 200 OK\r\n";
  for (auto* secure : {static_cast<boost::asio::ssl::context*>(nullptr), &tls}) {
    for (auto const& bytes : {answer(two_runs), "\r\n" + status,
                              status + "\r\n" + std::string(5000, ' '), chunked(two_runs, 1)}) {
      auto slow = scripted_server::reply(bytes + std::string(5000, ' '), false);
      slow.pace = std::chrono::milliseconds(20);
      auto const before = std::chrono::steady_clock::now();
      scripted_server server({{slow}}, secure);
      asked ask_it(server, ca_file.string());
      ask_it.limits.attempt_timeout = std::chrono::milliseconds(200);
      auto const code = ask_it().code;
      CHECK((code == errc::timeout || code == errc::protocol));
      CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(5));
    }
  }
}
