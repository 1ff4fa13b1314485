#include "simruns/query/run_query.hpp"
#include "support/catch.hpp"
#include "support/run_io.hpp"

#include <boost/asio/detached.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using simruns::client_config;
using simruns::errc;
using simruns::testing::page_of;
using simruns::testing::scripted_transport;
using namespace std::chrono_literals;

namespace {

/// A network that notes which limits and headers it was given.
class noting_transport final : public simruns::transport {
 public:
  boost::asio::awaitable<simruns::http_response> exchange(simruns::http_request request,
                                                          simruns::attempt_limits limits) override {
    timeouts.push_back(limits.attempt_timeout);
    headers.push_back(request.headers.back().first);
    co_return co_await script.exchange(std::move(request), limits);
  }

  scripted_transport script;
  std::vector<std::chrono::milliseconds> timeouts;
  std::vector<std::string> headers;
};

struct clients {
  explicit clients(client_config config = test::config())
      : first(context.get_executor(), std::move(config), simruns::credentials::api_key("k"), link) {
  }

  void fetch(simruns::client const& by) {
    auto const got = test::run(context, by.try_fetch_page(test::query()));
    if (!got) failure = got.error();
  }

  std::shared_ptr<noting_transport> link = std::make_shared<noting_transport>();
  test::asio::io_context context;
  simruns::client first;
  simruns::request_failure failure;
};

}  // namespace

TEST_CASE("a client with options of its own uses them, over the connections of the other") {
  clients at;
  at.link->script.then_page(page_of({"a"})).then_page(page_of({"a"})).then_page(page_of({"a"}));
  auto config = at.first.config();
  config.attempt_timeout = 5s;
  config.headers.emplace_back("X-Call", "7");
  auto const quick = at.first.with_config(config);
  at.fetch(quick);
  at.fetch(at.first);
  at.fetch(quick);
  CHECK(at.link->timeouts == std::vector<std::chrono::milliseconds>{5s, 30s, 5s});
  CHECK(at.link->headers == std::vector<std::string>{"X-Call", "X-API-Key", "X-Call"});
  CHECK(quick.config().attempt_timeout == 5s);
  CHECK(at.first.config().attempt_timeout == 30s);
}

TEST_CASE("the other client may go first") {
  auto at = std::make_unique<clients>();
  at->link->script.then_page(page_of({"a"}));
  auto const quick = at->first.with_config(at->first.config()).with_config(at->first.config());
  {
    auto const gone = std::move(at->first);
  }
  at->fetch(quick);
  CHECK(at->link->timeouts.size() == 1);
}

TEST_CASE("what one client sends counts for the request budget of the other") {
  auto config = test::config();
  config.request_budget = simruns::request_rate(1, 1h);
  clients at(std::move(config));
  at.link->script.then_page(page_of({"a"})).then_page(page_of({"a"}));
  auto const other = at.first.with_config(at.first.config());
  at.fetch(other);
  boost::asio::co_spawn(at.context, at.first.try_fetch_page(test::query()), boost::asio::detached);
  at.context.restart();
  at.context.run_for(50ms);
  CHECK(at.link->timeouts.size() == 1);
}

TEST_CASE("requests that failed by one client leave the other fewer retries") {
  auto config = test::config();
  config.max_attempts = 1000;
  config.backoff_base = 0ms;
  clients at(std::move(config));
  at.link->script.always_call(
      [](simruns::http_request const&) { return simruns::http_response(503, "{}"); });
  at.fetch(at.first.with_config(at.first.config()));
  auto const before = at.link->timeouts.size();
  at.fetch(at.first);
  CHECK(before == 101);
  CHECK(at.link->timeouts.size() == before + 1);
  CHECK(at.failure.message.find("too many requests of this client") != std::string::npos);
}

TEST_CASE("an option that belongs to the connections is refused by name") {
  using change = std::function<void(client_config&)>;
  std::vector<std::pair<std::string, change>> const table{
      {"the base URL", [](client_config& c) { c.base = simruns::base_url("http://127.0.0.1:9"); }},
      {"connections", [](client_config& c) { c.connections = 3; }},
      {"request_budget", [](client_config& c) { c.request_budget = simruns::request_rate(7, 1s); }},
      {"ca_file", [](client_config& c) { c.ca_file = "other.pem"; }},
      {"proxy", [](client_config& c) { c.proxy = simruns::proxy_url("http://proxy"); }},
      {"attempt_timeout", [](client_config& c) { c.attempt_timeout = -1s; }},
  };
  clients at;
  for (auto const& [name, spoil] : table) {
    auto config = at.first.config();
    spoil(config);
    try {
      static_cast<void>(at.first.with_config(config));
      FAIL(name + " was accepted");
    } catch (simruns::request_error const& error) {
      CHECK(error.code() == errc::invalid_argument);
      CHECK(error.failure().message.starts_with(name + " "));
    }
  }
}
