#include "support/catch.hpp"
#include "support/run_io.hpp"

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>

using simruns::errc;
using simruns::testing::scripted_transport;

namespace {

/// What fetching a page comes to where the server answers so.
simruns::request_failure failure_of(simruns::http_response const& response,
                                    simruns::credentials const& credentials) {
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  link->then_call([&response](simruns::http_request const&) { return response; });
  simruns::client const client(context.get_executor(), test::config(), credentials, link);
  return test::run(context, client.try_fetch_page(test::query())).error();
}

}  // namespace

TEST_CASE("a secret that a server repeats is in no error, wherever a long text is cut") {
  for (std::size_t before = 0; before < 220; ++before) {
    std::string const secret = "eyJhbGciOi." + std::string(400, 'S') + ".signature";
    std::string const text = std::string(before, 'x') + " " + secret;
    for (std::string const& body :
         {"{\"error\":\"" + text + "\",\"code\":\"" + text + "\",\"field\":\"" + text +
              "\",\"traceId\":\"" + text + "\"}",
          text}) {
      auto const failure =
          failure_of(simruns::http_response(401, body), simruns::credentials::bearer(secret));
      auto const all = failure.message + failure.server_code + failure.field + failure.trace_id;
      REQUIRE(all.find("SSSS") == all.npos);
    }
    simruns::http_response moved(302, "");
    moved.headers.emplace_back("Location", "https://h/" + text);
    auto const failure = failure_of(moved, simruns::credentials::api_key(secret));
    REQUIRE(failure.message.find("SSSS") == failure.message.npos);
  }
}

TEST_CASE("whatever a transport of the user's throws is a failure, not an exception") {
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  link->then_call([](simruns::http_request const&) -> simruns::http_response {
    throw std::runtime_error("the cable is out");
  });
  auto client = test::scripted_client(context.get_executor(), link);
  auto const got = test::run(context, client.try_fetch_page(test::query()));
  REQUIRE(got.has_error());
  CHECK(got.error().code == errc::transport);
  CHECK(got.error().message == "the cable is out");
}

TEST_CASE("a response of 501 or 505 is not one to ask for again") {
  for (int const status : {501, 505}) {
    auto const failure =
        failure_of(simruns::http_response(status, "{}"), simruns::credentials::api_key("key"));
    CHECK(failure.code == errc::http);
    CHECK_FALSE(failure.code == simruns::condition::retryable);
  }
}

TEST_CASE("what a server says is shown in one short line that no terminal obeys") {
  auto const said = [](std::string body) {
    return failure_of(simruns::http_response(503, std::move(body)),
                      simruns::credentials::api_key("key"))
        .message;
  };
  CHECK(said("upstream\n\n  down") == "upstream down");
  CHECK(said(std::string(100'000, 'x')) == std::string(200, 'x') + "...");
  auto const inside = said(R"({"error":"a\u001b[0m\nb\u0000c"})");
  CHECK(inside.find('\x1b') == inside.npos);
  CHECK(inside.find('\n') == inside.npos);
}

TEST_CASE("a credential that a server sends back escaped in JSON is not shown") {
  auto const failure =
      failure_of(simruns::http_response(400, R"({"error":{"bearer":"ab\/c+d=="}})"),
                 simruns::credentials::bearer("ab/c+d=="));
  CHECK(failure.message == R"({"error":{"bearer":"***"}})");
}

TEST_CASE("a status of success with an error in place of a page shows the server's words") {
  auto const of = [](std::string body) {
    return failure_of(simruns::http_response(200, std::move(body)),
                      simruns::credentials::api_key("the-key-of-the-api"));
  };
  std::string const says = "the response is no page; the server says: ";
  for (auto const& body :
       {R"({"error":"no access"})", R"({"error":{"message":"no access"}})",
        R"({"data":null,"error":"no access"})", R"({"data":{},"error":"no access"})",
        R"([{"message":"no access"}])", R"("no access")", "no access", " no\n access ",
        "\xef\xbb\xbf{\"error\":\"no access\"}"}) {
    INFO(body);
    auto const failure = of(body);
    CHECK(failure.code == errc::decode);
    CHECK(failure.status == 200);
    CHECK(failure.message == says + "no access");
  }
  auto const details = of(R"({"error":{"message":"m","code":"E42","field":"f"},"traceId":"7f3a"})");
  CHECK(details.server_code == "E42");
  CHECK(details.field == "f");
  CHECK(details.trace_id == "7f3a");
  CHECK(of(R"({"error":"bad key the-key-of-the-api"})").message == says + "bad key ***");
  CHECK(of(std::string(300, 'x')).message == says + std::string(200, 'x') + "...");
}

TEST_CASE("a page that is cut, and a body that says nothing, have no words of the server's") {
  auto const page = simruns::testing::page_of({"a"});
  for (auto const& body : {page.substr(0, 40), " " + page.substr(0, 40), std::string("{}"),
                           std::string("[]"), std::string("7"), std::string(),
                           std::string(R"({"status":500})"), std::string("\0\0", 2)}) {
    INFO(body);
    auto const failure =
        failure_of(simruns::http_response(200, body), simruns::credentials::api_key("k"));
    CHECK(failure.code == errc::decode);
    CHECK(failure.message.find("the server says") == failure.message.npos);
  }
}
