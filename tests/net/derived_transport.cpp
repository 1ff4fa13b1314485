#include "simruns/transport/http_transport.hpp"
#include "support/catch.hpp"
#include "support/http_client.hpp"
#include "support/scripted_server.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

using Catch::Matchers::ContainsSubstring;
using test::answer;
using test::scripted_server;
using test::two_runs;

namespace {

/// What a program may want of its own: another header, and a list of what came.
class traced_transport : public simruns::http_transport {
 public:
  using http_transport::http_transport;

  boost::asio::awaitable<simruns::http_response> exchange(simruns::http_request request,
                                                          simruns::attempt_limits limits) override {
    request.headers.emplace_back("traceparent", "00-" + std::to_string(statuses.size()));
    auto response = co_await http_transport::exchange(std::move(request), limits);
    statuses.push_back(response.status);
    co_return response;
  }

  std::vector<int> statuses;
};

}  // namespace

TEST_CASE("a transport that derives from http_transport adds a header and sees the responses") {
  scripted_server server({{scripted_server::reply(answer("", {}, "503 Service Unavailable"), false),
                           scripted_server::reply(answer(two_runs))}});
  simruns::client_config config("http://simulator.test");
  config.max_attempts = 2;
  config.backoff_base = std::chrono::milliseconds(0);
  test::asio::io_context context;
  auto const link = std::make_shared<traced_transport>(context.get_executor(), config,
                                                       test::answers_of({{server.endpoint()}}));
  simruns::client client(context.get_executor(), config, simruns::credentials::api_key("k"), link);
  CHECK(test::run(context, client.try_fetch_page(test::query())).has_value());
  CHECK(link->statuses == std::vector<int>{503, 200});
  CHECK(server.accepted() == 1);
  auto const heads = server.heads();
  REQUIRE(heads.size() == 2);
  CHECK_THAT(heads[0], ContainsSubstring("\r\ntraceparent: 00-0\r\n"));
  CHECK_THAT(heads[1], ContainsSubstring("\r\ntraceparent: 00-1\r\n"));
}

TEST_CASE("an operation of a transport may outlive it") {
  scripted_server server({{scripted_server::reply(answer(two_runs))}});
  simruns::client_config const config("http://simulator.test");
  test::asio::io_context context;
  auto link = std::make_unique<simruns::http_transport>(context.get_executor(), config,
                                                        test::answers_of({{server.endpoint()}}));
  auto request = simruns::http_request();
  request.host = "simulator.test";
  request.port = 80;
  request.tls = false;
  request.target = "/";
  auto exchange = link->exchange(std::move(request), simruns::attempt_limits());
  link.reset();
  CHECK(test::run(context, std::move(exchange)).body == two_runs);
}
