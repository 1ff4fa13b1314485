// From a project's name to its runs: scenarios, batches, one batch, one run.

#include "simruns/runs/discovery.hpp"

#include "support/catch.hpp"
#include "support/run_io.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

using simruns::errc;
using simruns::testing::scripted_transport;

namespace {

using link_ptr = std::shared_ptr<scripted_transport>;

std::string list_of(std::string const& items, std::string const& next, int total) {
  auto const more = next.empty() ? R"("hasNext":false)" : R"("hasNext":true,"next":")" + next + '"';
  return R"({"data":[)" + items + R"(],"pagination":{"limit":2,"skip":0,"total":)" +
         std::to_string(total) + R"(,"hasPrevious":false,)" + more + "}}";
}

std::string scenario(std::string const& id) {
  return R"({"id":")" + id + R"(","referenceId":"ref-)" + id + R"(","name":"Scenario )" + id +
         "\"}";
}

test::asio::awaitable<std::vector<std::string>> names_of(
    std::shared_ptr<simruns::scenario_generator> scenarios) {
  std::vector<std::string> out;
  while (auto const one = co_await scenarios->next()) out.push_back(*one->name);
  co_return out;
}

std::shared_ptr<simruns::scenario_generator> walk(test::asio::io_context& context,
                                                  link_ptr const& link) {
  auto client = test::scripted_client(context.get_executor(), link);
  return std::make_shared<simruns::scenario_generator>(client.scenarios("p"));
}

}  // namespace

TEST_CASE("scenarios come one after another across pages, each once") {
  test::asio::io_context context;
  auto const link = std::make_shared<scripted_transport>();
  link->then_page(list_of(scenario("a") + "," + scenario("b"), "c1", 3));
  link->then_page(list_of(scenario("b") + "," + scenario("c"), "", 3));
  auto const scenarios = walk(context, link);
  auto const names = test::run(context, names_of(scenarios));
  CHECK(names == std::vector<std::string>{"Scenario a", "Scenario b", "Scenario c"});
  CHECK(to_string(scenarios->completeness()) ==
        "3 of 3 scenarios, complete, 1 duplicate dropped, 2 requests");
  CHECK(link->requests() ==
        std::vector<std::string>{
            "/testing/simulations?projectId=p&limit=100&sort=createdAt%3Aasc",
            "/testing/simulations?projectId=p&limit=100&sort=createdAt%3Aasc&next=c1"});
}

TEST_CASE("a list whose cursors go in a circle, or that ends early, is an error as for runs") {
  test::asio::io_context context;
  auto const circle = std::make_shared<scripted_transport>();
  circle->then_page(list_of(scenario("a"), "c1", 9));
  circle->then_page(list_of(scenario("b"), "c1", 9));
  CHECK_THROWS_WITH(test::run(context, names_of(walk(context, circle))),
                    Catch::Matchers::ContainsSubstring("a cursor came twice"));
  auto const early = std::make_shared<scripted_transport>();
  early->then_page(list_of(scenario("a"), "", 9));
  context.restart();
  CHECK_THROWS_WITH(test::run(context, names_of(walk(context, early))),
                    Catch::Matchers::ContainsSubstring("after 1 of 9 scenarios"));
}

TEST_CASE("a list goes on where another walk stood") {
  test::asio::io_context context;
  auto const link = std::make_shared<scripted_transport>();
  link->then_page(list_of(scenario("a") + "," + scenario("b"), "", 2));
  link->then_page(list_of(scenario("a") + "," + scenario("b"), "", 2));
  auto client = test::scripted_client(context.get_executor(), link);
  auto first = client.scenarios("p");
  auto const one = test::run(context, first.async_next(test::asio::use_awaitable));
  REQUIRE(one);
  CHECK(*one->reference == "ref-a");
  auto const rest = std::make_shared<simruns::scenario_generator>(
      client.scenarios(simruns::scenarios_query("p").start_at(first.position())));
  context.restart();
  CHECK(test::run(context, names_of(rest)) == std::vector<std::string>{"Scenario b"});
}

TEST_CASE("an item comes by any completion token, and a failure with its details") {
  test::asio::io_context context;
  auto const link = std::make_shared<scripted_transport>();
  link->then_page(list_of(R"({"referenceId":"b","status":"COMPLETED"})", "", 1));
  link->then_response(simruns::http_response(403, R"({"error":"no access"})"));
  auto client = test::scripted_client(context.get_executor(), link);
  auto batches = client.batches("p", "s");
  std::optional<simruns::batch_info> found;
  bool ended = false;
  batches.async_next([&](simruns::error_code code, std::optional<simruns::batch_info> one) {
    CHECK_FALSE(code);
    found = std::move(one);
    batches.async_next([&](simruns::error_code, std::optional<simruns::batch_info> none) {
      ended = !none.has_value();
    });
  });
  context.run();
  REQUIRE(found);
  CHECK(found->state() == simruns::batch_state::completed);
  CHECK(ended);

  using tupled = test::asio::as_tuple_t<test::asio::use_awaitable_t<>>;
  using rebound = simruns::batch_generator::rebind_executor<
      tupled::executor_with_default<test::asio::any_io_executor>>::other;
  STATIC_CHECK(std::is_constructible_v<rebound, simruns::batch_generator&&>);

  auto refused = client.batches("p", "s");
  auto future = refused.async_next(simruns::with_details(test::asio::use_future));
  context.restart();
  context.run();
  CHECK_THROWS_WITH(future.get(), Catch::Matchers::ContainsSubstring("no access"));
  CHECK(refused.failure().code == errc::forbidden);
}

TEST_CASE("one batch and one run are fetched, or are not there") {
  test::asio::io_context context;
  auto const link = std::make_shared<scripted_transport>();
  link->then_page(R"({"referenceId":"b","status":"IN_PROGRESS","runs":5,"completedRuns":2})");
  link->then_page(R"({"id":"r","sequence":3,"turns":[{"text":"hello"}]})");
  link->then_response(simruns::http_response(404, R"({"error":"no route"})"));
  auto client = test::scripted_client(context.get_executor(), link);
  auto const batch = test::run(context, client.fetch_batch(test::query()));
  CHECK(batch.state() == simruns::batch_state::in_progress);
  CHECK(*batch.runs == 5);
  context.restart();
  auto const run = test::run(context, client.fetch_run(test::query(), "r"));
  CHECK(run->id == "r");
  CHECK(*run->turns[0].text == "hello");
  context.restart();
  auto const gone = test::run(context, client.try_fetch_batch(test::query()));
  REQUIRE_FALSE(gone.has_value());
  CHECK(gone.error().code == errc::not_found);
  CHECK(gone.error().message ==
        "no route; no such batch, or a server without this endpoint: are the references right?");
}

TEST_CASE("a follower ends by itself when its batch is final and every run has settled") {
  test::asio::io_context context;
  auto const link = std::make_shared<scripted_transport>();
  int asked = 0;
  link->always_call([&](simruns::http_request const& request) {
    bool const of_runs = request.target.find("/runs?") != std::string::npos;
    if (of_runs) return simruns::http_response(200, simruns::testing::page_of({"a", "b"}));
    auto const* const state = ++asked == 1 ? "IN_PROGRESS" : "STOPPED";
    return simruns::http_response(200,
                                  R"({"id":"b","runs":3,"status":")" + std::string(state) + "\"}");
  });
  auto client = test::scripted_client(context.get_executor(), link);
  simruns::follow_options options;
  options.poll_interval(std::chrono::milliseconds(0));
  auto const runs = std::make_shared<simruns::run_follower>(client.follow(test::query(), options));
  auto const read = [](std::shared_ptr<simruns::run_follower> from) -> test::asio::awaitable<int> {
    int count = 0;
    while (co_await from->next()) ++count;
    co_return count;
  };
  CHECK(test::run(context, read(runs)) == 2);
  CHECK(runs->status().ended == simruns::follow_end::finished);
  CHECK(runs->status().ordered == 3);
  CHECK(to_string(runs->status()).starts_with("2 settled of 3 ordered, 0 pending"));
}

TEST_CASE("a follower whose server has no endpoint for batches asks once, and goes on without") {
  test::asio::io_context context;
  auto const link = std::make_shared<scripted_transport>();
  int asked = 0;
  int polls = 0;
  link->always_call([&](simruns::http_request const& request) {
    bool const of_runs = request.target.find("/runs?") != std::string::npos;
    asked += of_runs ? 0 : 1;
    if (!of_runs) return simruns::http_response(404, "{}");
    ++polls;
    std::vector<std::string> there{"a"};
    if (polls > 3) there.emplace_back("b");
    return simruns::http_response(200, simruns::testing::page_of(there));
  });
  auto client = test::scripted_client(context.get_executor(), link);
  simruns::follow_options options;
  options.poll_interval(std::chrono::milliseconds(0)).until_count(2);
  auto const runs = std::make_shared<simruns::run_follower>(client.follow(test::query(), options));
  auto const read = [](std::shared_ptr<simruns::run_follower> from) -> test::asio::awaitable<int> {
    int count = 0;
    while (co_await from->next()) ++count;
    co_return count;
  };
  CHECK(test::run(context, read(runs)) == 2);
  CHECK(runs->status().ended == simruns::follow_end::count);
  CHECK_FALSE(runs->status().ordered);
  CHECK(asked == 1);
}
