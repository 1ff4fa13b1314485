#include "support/catch.hpp"
#include "support/run_io.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using simruns::errc;
using simruns::request_event;
using simruns::testing::page_of;
using simruns::testing::sample_paging;
using simruns::testing::scripted_transport;
using namespace std::chrono_literals;

namespace {

/// Four attempts, no pause between them.
simruns::client_config patient() {
  auto out = test::config();
  out.max_attempts = 4;
  out.backoff_base = 0ms;
  return out;
}

struct client_on_script {
  explicit client_on_script(simruns::client_config config = patient())
      : client(context.get_executor(), std::move(config), simruns::credentials::api_key("secret-k"),
               link) {}

  simruns::result<simruns::page> fetch() {
    return test::run(context, client.try_fetch_page(test::query()));
  }

  std::shared_ptr<scripted_transport> link = std::make_shared<scripted_transport>();
  test::asio::io_context context;
  simruns::client client;
};

simruns::http_response busy(std::string retry_after = "") {
  simruns::http_response out(503, R"({"error":"busy","traceId":"t-1"})");
  if (!retry_after.empty()) out.headers.emplace_back("Retry-After", retry_after);
  return out;
}

}  // namespace

TEST_CASE("a page comes at last where the attempts before it failed in passing") {
  client_on_script at;
  at.link->then_failure(errc::transport).then_response(busy()).then_failure(errc::timeout);
  at.link->then_page(page_of({"a", "b"}));
  auto const got = at.fetch();
  REQUIRE(got.has_value());
  CHECK(got->size() == 2);
  CHECK(at.link->requests().size() == 4);
}

TEST_CASE("after the last attempt the error says how many there were, and what the last one said") {
  client_on_script at;
  at.link->always_call([](simruns::http_request const&) { return busy(); });
  auto const got = at.fetch();
  REQUIRE(got.has_error());
  CHECK(at.link->requests().size() == 4);
  CHECK(got.error().attempts == 4);
  CHECK(got.error().code == errc::server);
  CHECK(got.error().status == 503);
  auto const text = to_string(got.error());
  CHECK(text.starts_with("HTTP 503 after 4 attempts in "));
  CHECK(text.find("busy (traceId t-1)") != text.npos);
}

TEST_CASE("what would fail again is asked for once") {
  for (int const status : {301, 400, 401, 403, 404, 409, 501, 505}) {
    client_on_script at;
    at.link->always_call(
        [&](simruns::http_request const&) { return simruns::http_response(status, "{}"); });
    CHECK(at.fetch().error().attempts == 1);
    CHECK(at.link->requests().size() == 1);
  }
  for (auto const code : {errc::tls, errc::protocol, errc::too_large}) {
    client_on_script at;
    at.link->then_failure(code);
    CHECK(at.fetch().error().attempts == 1);
  }
  client_on_script at;
  at.link->then_page("not a page");
  CHECK(at.fetch().error().code == errc::decode);
  CHECK(at.link->requests().size() == 1);
}

TEST_CASE("a plain 500 is tried again unless that is switched off") {
  for (bool const again : {true, false}) {
    auto config = patient();
    config.retry_server_errors = again;
    client_on_script at(config);
    at.link->then_response(simruns::http_response(500, "{}")).then_page(page_of({"a"}));
    CHECK(at.fetch().has_value() == again);
  }
}

TEST_CASE("a server that asks for too long a pause fails the operation at once, and it is said") {
  client_on_script at;
  at.link->then_response(busy("61"));
  auto const got = at.fetch();
  REQUIRE(got.has_error());
  CHECK(got.error().attempts == 1);
  CHECK(got.error().retry_after == 61s);
  CHECK(got.error().message ==
        "busy; the server asks to wait 61 s, longer than retry_after_cap of 60 s");
}

TEST_CASE("where a pause would outlast the operation, its time is not waited for") {
  auto config = patient();
  config.operation_timeout = 30s;
  client_on_script at(config);
  at.link->then_response(busy("50"));
  auto const got = at.fetch();
  REQUIRE(got.has_error());
  CHECK(got.error().status == 503);
  CHECK(got.error().message ==
        "busy; no time for another attempt within operation_timeout of 30 s");
}

TEST_CASE("a client whose requests all fail stops trying them again") {
  client_on_script at;
  at.link->always_call([](simruns::http_request const&) { return busy(); });
  std::size_t attempts = 0;
  std::string last;
  for (int i = 0; i < 40; ++i) {
    auto const failed = at.fetch().error();
    attempts += static_cast<std::size_t>(failed.attempts);
    last = failed.message;
  }
  CHECK(attempts == at.link->requests().size());
  CHECK(attempts == 40 + 100);  // of a budget of 500, at 5 a retry
  CHECK(last == "busy; not tried again, as too many requests of this client have failed");
}

TEST_CASE("an attempt may take no more than what is left of the operation") {
  auto config = patient();
  config.operation_timeout = 2s;
  client_on_script at(config);
  std::vector<std::chrono::milliseconds> limits;
  struct listening final : simruns::transport {
    explicit listening(std::vector<std::chrono::milliseconds>& o) : out(o) {}
    test::asio::awaitable<simruns::http_response> exchange(
        simruns::http_request, simruns::attempt_limits limits) override {
      out.push_back(limits.attempt_timeout);
      throw simruns::request_error(errc::transport, "broken");
    }
    std::vector<std::chrono::milliseconds>& out;
  };
  simruns::client client(at.context.get_executor(), config, simruns::credentials::api_key("k"),
                         std::make_shared<listening>(limits));
  auto const got = test::run(at.context, client.try_fetch_page(test::query()));
  REQUIRE(got.has_error());
  REQUIRE(limits.size() == 4);
  for (auto const limit : limits) {
    CHECK(limit > 0ms);
    CHECK(limit <= 2s);
  }
}

TEST_CASE("what was sent for the pages of a walk is counted, retries too") {
  client_on_script at;
  sample_paging more("c1");
  more.total = 2;
  at.link->then_failure(errc::transport).then_page(page_of({"a"}, more));
  at.link->then_failure(errc::truncated).then_failure(errc::connect).then_page(page_of({"b"}));
  auto runs = test::share(at.client.runs(test::query()));
  auto const got = test::run(at.context, test::read_all(runs));
  CHECK(got.ids == std::vector<std::string>{"a", "b"});
  CHECK(runs->completeness().requests == 5);
}

TEST_CASE("a walk past its deadline fails, and sends nothing more") {
  auto config = patient();
  config.walk_timeout = 1ms;
  config.prefetch = 0;
  client_on_script at(config);
  int calls = 0;
  at.link->always_call([&](simruns::http_request const&) {
    auto const until = std::chrono::steady_clock::now() + 2ms;
    while (std::chrono::steady_clock::now() < until) continue;
    sample_paging more("c" + std::to_string(++calls));
    more.total = 100;
    return simruns::http_response(200, page_of({"r" + std::to_string(calls)}, more));
  });
  auto runs = test::share(at.client.runs(test::query()));
  auto const got = test::run(at.context, test::read_all(runs));
  CHECK(got.code == errc::timeout);
  CHECK(got.ids == std::vector<std::string>{"r1"});
  CHECK_FALSE(got.position.empty());
  CHECK(calls == 1);
}

TEST_CASE("each attempt is told of, without the credential") {
  std::vector<request_event> events;
  auto config = patient();
  config.max_attempts = 2;
  config.on_event = [&](request_event const& event) {
    events.push_back(event);
    throw std::runtime_error("the log is full");
  };
  client_on_script at(config);
  at.link->then_failure(errc::transport).then_response(busy());
  CHECK(at.fetch().has_error());
  using kind = request_event::kind;
  std::vector<kind> kinds;
  for (auto const& event : events) kinds.push_back(event.what);
  REQUIRE(kinds == std::vector<kind>{kind::started, kind::will_retry, kind::started, kind::answered,
                                     kind::gave_up});
  CHECK(events[1].failure.code == errc::transport);
  CHECK(events[2].attempt == 2);
  CHECK(events[3].status == 503);
  CHECK(events[3].bytes == busy().body.size());
  CHECK(events[3].trace_id == "t-1");
  CHECK(events[4].failure.attempts == 2);
  for (auto const& event : events) {
    CHECK(event.method == "GET");
    CHECK(event.target.starts_with("/testing/simulations/s/batches/b/runs?"));
    CHECK(event.target.find("secret-k") == event.target.npos);
    CHECK(event.failure.message.find("secret-k") == event.failure.message.npos);
  }
}

TEST_CASE("a cancellation ends a pause and a wait for the request budget, and the next one works") {
  auto const pausing = GENERATE(true, false);
  auto config = patient();
  config.operation_timeout = 0ms;
  if (pausing) config.backoff_base = config.backoff_cap = 1h;
  if (!pausing) config.request_budget = simruns::request_rate(1, 1h);
  client_on_script at(config);
  at.link->always_call([&, calls = 0](simruns::http_request const&) mutable {
    if (++calls == 1) return busy();
    return simruns::http_response(200, page_of({"a"}));
  });
  test::asio::cancellation_signal stop;
  std::optional<simruns::result<simruns::page>> got;
  test::asio::co_spawn(
      at.context, at.client.try_fetch_page(test::query()),
      test::asio::bind_cancellation_slot(
          stop.slot(), [&](std::exception_ptr, simruns::result<simruns::page> page) {
            got.emplace(std::move(page));
          }));
  at.context.restart();
  at.context.poll();
  CHECK_FALSE(got.has_value());
  stop.emit(test::asio::cancellation_type::terminal);
  at.context.restart();
  at.context.run();
  REQUIRE(got.has_value());
  REQUIRE(got->has_error());
  CHECK(got->error().code == errc::cancelled);
  CHECK(got->error().attempts == 1);
}

TEST_CASE("requests beyond the budget wait, and go in the order in which they came") {
  auto config = patient();
  config.request_budget = simruns::request_rate(1, 3ms);
  client_on_script at(config);
  std::vector<std::string> order;
  at.link->always_call(
      [](simruns::http_request const&) { return simruns::http_response(200, page_of({"a"})); });
  for (int i = 0; i < 8; ++i) {
    test::asio::co_spawn(
        at.context, at.client.try_fetch_page(simruns::run_query("p", "s", std::to_string(i))),
        [](std::exception_ptr, simruns::result<simruns::page> page) { CHECK(page.has_value()); });
  }
  at.context.restart();
  at.context.run();
  auto const sent = at.link->requests();
  REQUIRE(sent.size() == 8);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    CHECK(sent[i].find("/batches/" + std::to_string(i) + "/") != std::string::npos);
  }
}

TEST_CASE("waiting for the request budget is told, and is not the operation's own time") {
  auto config = patient();
  config.operation_timeout = 1s;
  config.request_budget = simruns::request_rate(1, 1500ms);
  client_on_script at(config);
  at.link->then_page(page_of({"a"})).then_response(simruns::http_response(400, "{}"));
  CHECK(at.fetch().has_value());
  auto const got = at.fetch();
  REQUIRE(got.has_error());
  CHECK(got.error().code == errc::bad_request);
  CHECK(got.error().waited > 1s);
  CHECK(got.error().elapsed >= got.error().waited);
}
