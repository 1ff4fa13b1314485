#include "simruns/runs/client.hpp"
#include "simruns/simulator/simulator.hpp"
#include "support/catch.hpp"
#include "support/run_io.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace simulator = simruns::simulator;
using namespace std::chrono_literals;
using simruns::errc;
using simruns::walk_kind;
using simruns::walk_verdict;
using strings = std::vector<std::string>;

namespace {

/// A batch of 200 runs, in pages of 10.
struct served {
  simulator::background_server sim;
  simruns::run_query query;
  strings order;

  explicit served(simulator::server_options options = {})
      : served(std::move(options), known_order()) {}

  /// The runs as a walk by cursor finds them.
  static strings const& known_order() {
    static strings const all = ids_in_order();
    return all;
  }

  simruns::client client(test::asio::io_context& context, int attempts = 4) const {
    simruns::client_config config(sim.url());
    config.max_attempts = attempts;
    config.backoff_base = 1ms;
    return {context.get_executor(), config, simruns::credentials::api_key(sim.api_key())};
  }

 private:
  static simulator::dataset batch() {
    simulator::generator_options options;
    options.scenarios = 1;
    options.runs = 200;
    return simulator::generate(options);
  }

  static strings ids_in_order() {
    served const here((simulator::server_options()), strings());
    test::asio::io_context context;
    auto query = here.query;
    query.walk(simruns::walk_mode::cursor);
    return test::run(context, test::read_all(test::share(here.client(context).runs(query)))).ids;
  }

  served(simulator::server_options options, strings ids)
      : sim(batch(), std::move(options)),
        query(sim.batches().front().project, sim.batches().front().scenario,
              sim.batches().front().batch),
        order(std::move(ids)) {
    query.page_size(10);
  }
};

simulator::server_options with_faults(std::string const& rules) {
  simulator::server_options options;
  options.fault = simulator::read_fault_script(R"({"faults": [)" + rules + "]}");
  return options;
}

/// Reads to the end however often it fails.
strings read_doggedly(test::asio::io_context& context,
                      std::shared_ptr<simruns::run_generator> const& runs, int most) {
  strings out;
  for (int failures = 0; failures <= most; ++failures) {
    auto const part = test::run(context, test::read_all(runs));
    out.insert(out.end(), part.ids.begin(), part.ids.end());
    if (!part.code) break;
  }
  return out;
}

}  // namespace

TEST_CASE("windows give the runs of a cursor walk, in the same order") {
  served const here;
  for (auto const how : {simruns::walk_mode::cursor, simruns::walk_mode::automatic}) {
    test::asio::io_context context;
    auto client = here.client(context);
    auto query = here.query;
    auto runs = test::share(client.runs(query.walk(how)));
    CHECK(test::run(context, test::read_all(runs)).ids == here.order);
    auto const& tally = runs->completeness();
    bool const windows = how == simruns::walk_mode::automatic;
    CHECK(tally.walk == (windows ? walk_kind::windows : walk_kind::cursor));
    CHECK(tally.verdict() == walk_verdict::complete);
    CHECK(tally.missing == 0);
    CHECK(tally.requests == (windows ? 23 : 20));
  }
}

TEST_CASE("windows have so many requests under way, and no more, as there may be connections") {
  simulator::server_options slow;
  slow.latency = 5ms;
  served const here(slow);
  for (int const most : {1, 3, 8}) {
    test::asio::io_context context;
    simruns::client_config config(here.sim.url());
    config.connections = static_cast<std::size_t>(most);
    int under_way = 0;
    int at_once = 0;
    config.on_event = [&](simruns::request_event const& event) {
      under_way += event.what == simruns::request_event::kind::started ? 1 : -1;
      at_once = std::max(at_once, under_way);
    };
    simruns::client client(context.get_executor(), config,
                           simruns::credentials::api_key(here.sim.api_key()));
    auto const got = test::run(context, test::read_all(test::share(client.runs(here.query))));
    CHECK(got.ids == here.order);
    CHECK(at_once == std::max(most, 2));
  }
}

TEST_CASE("windows are for a consumer that keeps up; one that stops leaves few requests") {
  served const here;
  test::asio::io_context context;
  auto client = here.client(context);
  auto runs = test::share(client.runs(here.query));
  test::run(context, runs->next_page());
  CHECK(here.sim.requests().size() == 2);
  test::run(context, runs->next_page());
  auto const sent = here.sim.requests().size();
  CHECK(sent > 2);
  CHECK(sent <= 11);
}

TEST_CASE("without read-ahead there are no windows, unless they are asked for") {
  served const here;
  test::asio::io_context context;
  simruns::client_config config(here.sim.url());
  config.prefetch = 0;
  simruns::client client(context.get_executor(), config,
                         simruns::credentials::api_key(here.sim.api_key()));
  auto runs = test::share(client.runs(here.query));
  CHECK(test::run(context, test::read_all(runs)).ids == here.order);
  CHECK(runs->completeness().walk == walk_kind::cursor);
  auto query = here.query;
  runs = test::share(client.runs(query.walk(simruns::walk_mode::windows)));
  CHECK(test::run(context, test::read_all(runs)).ids == here.order);
  CHECK(runs->completeness().walk == walk_kind::windows);
}

TEST_CASE("whichever request of a windows walk fails, and goes on, each run comes once, in order") {
  for (int failing = 1; failing <= 23; ++failing) {
    INFO("request " << failing);
    served const here(
        with_faults(R"({"requests": [)" + std::to_string(failing) + R"(], "status": 503})"));
    test::asio::io_context context;
    auto client = here.client(context, 1);
    auto runs = test::share(client.runs(here.query));
    auto const got = read_doggedly(context, runs, 1);
    CHECK(got == here.order);
    CHECK(runs->completeness().retries() == 1);
    CHECK(runs->completeness().verdict() == walk_verdict::complete);
  }
}

TEST_CASE("the position in the error of a windows walk starts another at the next run") {
  for (int failing = 2; failing <= 23; ++failing) {
    INFO("request " << failing);
    served const here(
        with_faults(R"({"requests": [)" + std::to_string(failing) + R"(], "status": 503})"));
    test::asio::io_context context;
    auto client = here.client(context, 1);
    auto const part = test::run(context, test::read_all(test::share(client.runs(here.query))));
    CHECK(part.code == errc::server);
    auto query = here.query;
    query.start_at(part.position);
    auto const rest = test::run(context, test::read_all(test::share(client.runs(query))));
    auto all = part.ids;
    all.insert(all.end(), rest.ids.begin(), rest.ids.end());
    CHECK(all == here.order);
  }
}

TEST_CASE("windows that are cancelled again and again lose and repeat nothing") {
  simulator::server_options slow;
  slow.latency = 2ms;
  served const here(slow);
  test::asio::io_context context;
  auto client = here.client(context);
  auto runs = test::share(client.runs(here.query));
  strings got;
  for (int round = 0;; ++round) {
    test::asio::cancellation_signal stop;
    bool ended = false;
    bool done = false;
    runs->async_next(test::asio::bind_cancellation_slot(
        stop.slot(), [&](simruns::error_code code, simruns::run_ptr run) {
          done = true;
          ended = !code && !run;
          if (run) got.emplace_back(run->id);
        }));
    context.restart();
    for (int steps = round % 40; steps > 0 && !done; --steps) context.run_one();
    if (round % 3 != 0) stop.emit(test::asio::cancellation_type::terminal);
    context.run();
    if (ended) break;
  }
  CHECK(got == here.order);
  CHECK(runs->completeness().verdict() == walk_verdict::complete);
}

TEST_CASE("a server that says it is too much is asked for fewer pages at a time") {
  served const here(with_faults(R"({"requests": [3, 4, 5], "status": 429})"));
  test::asio::io_context context;
  auto client = here.client(context);
  auto runs = test::share(client.runs(here.query));
  CHECK(test::run(context, test::read_all(runs)).ids == here.order);
  CHECK(runs->completeness().walk == walk_kind::windows);
  CHECK(runs->completeness().retries() == 3);
}

TEST_CASE("windows that a liar leads astray go back to the cursor, and say why") {
  served const here(with_faults(R"({"requests": [5], "total": 201})"));
  test::asio::io_context context;
  simruns::client_config config(here.sim.url());
  int sent = 0;
  config.on_event = [&sent](simruns::request_event const& event) {
    sent += event.what == simruns::request_event::kind::started ? 1 : 0;
  };
  simruns::client client(context.get_executor(), config,
                         simruns::credentials::api_key(here.sim.api_key()));
  auto runs = test::share(client.runs(here.query));
  CHECK(test::run(context, test::read_all(runs)).ids == here.order);
  auto const& tally = runs->completeness();
  CHECK(tally.walk == walk_kind::restarted);
  CHECK(tally.doubt == "the total moved from 200 to 201");
  CHECK(tally.requests == static_cast<std::uint64_t>(sent));
  CHECK(tally.total_moved);
  CHECK(tally.verdict() == walk_verdict::unverified);
}

TEST_CASE("a page that failed before a doubt is of no use after it, and no error") {
  served const here(with_faults(R"({"page": 2, "times": 1, "total": 201, "delay": 0.05},
                                   {"page": 5, "times": 1, "status": 503})"));
  test::asio::io_context context;
  auto client = here.client(context, 1);
  auto runs = test::share(client.runs(here.query));
  auto const got = test::run(context, test::read_all(runs));
  CHECK_FALSE(got.code);
  CHECK(got.ids == here.order);
  CHECK(runs->completeness().walk == walk_kind::restarted);
}

TEST_CASE("whatever slows down the pace, a walk that failed goes on when it is asked again") {
  served const here(with_faults(R"({"page": 3, "times": 4, "status": 429})"));
  test::asio::io_context context;
  auto client = here.client(context);
  auto runs = test::share(client.runs(here.query));
  CHECK(read_doggedly(context, runs, 1) == here.order);
  CHECK(runs->completeness().walk == walk_kind::windows);
}

TEST_CASE("by cursor, a consumer that keeps up has the read-ahead that it asked for, and no more") {
  served const here;
  for (std::size_t const prefetch : {0, 1, 3}) {
    auto const before = here.sim.requests().size();
    test::asio::io_context context;
    simruns::client_config config(here.sim.url());
    config.prefetch = prefetch;
    simruns::client client(context.get_executor(), config,
                           simruns::credentials::api_key(here.sim.api_key()));
    auto query = here.query;
    auto runs = test::share(client.runs(query.walk(simruns::walk_mode::cursor)));
    for (int i = 0; i < 11; ++i) test::run(context, runs->next());
    CHECK(here.sim.requests().size() - before == 2 + prefetch);
  }
}

TEST_CASE("of pages that take much memory, fewer are read ahead") {
  std::string turns = "{}";
  for (int i = 0; i < 1'200'000; ++i) turns += ",{}";
  std::string lines;
  for (char const id : {'a', 'b', 'c', 'd', 'e', 'f'}) {
    lines += std::string(R"({"id":")") + id +
             R"(","projectReference":"p","simulationReference":"s","turns":[)" + turns +
             R"(],"simulationRunBatchReference":"b"})" + "\n";
  }
  std::istringstream input(lines);
  simulator::background_server const sim(simulator::read_jsonl(input));
  test::asio::io_context context;
  simruns::client_config config(sim.url());
  config.prefetch = 3;
  simruns::client client(context.get_executor(), config,
                         simruns::credentials::api_key(sim.api_key()));
  simruns::run_query query("p", "s", "b");
  query.page_size(1).walk(simruns::walk_mode::cursor);
  auto runs = test::share(client.runs(query));
  for (int i = 0; i < 2; ++i) test::run(context, runs->next());
  CHECK(sim.requests().size() == 3);
}

TEST_CASE("max_runs leaves the rest of a batch alone, and what it cuts to the cursor") {
  served const here;
  for (std::int64_t const most : {41, 50, 55, 199, 200, 300}) {
    test::asio::io_context context;
    auto client = here.client(context);
    auto query = here.query;
    auto runs = test::share(client.runs(query.max_runs(most)));
    auto const got = test::run(context, test::read_all(runs));
    auto const wanted = std::min<std::ptrdiff_t>(most, 200);
    CHECK(got.ids == strings(here.order.begin(), here.order.begin() + wanted));
    CHECK(runs->completeness().walk == (most < 200 ? walk_kind::cursor : walk_kind::windows));
    CHECK(runs->completeness().limited == (most < 200));
    CHECK(runs->completeness().pages == (most < 200 ? static_cast<unsigned>(most + 9) / 10 : 23));
    auto again = here.query;
    again.start_at(runs->position());
    auto const rest = test::run(context, test::read_all(test::share(client.runs(again))));
    CHECK(rest.ids == strings(here.order.begin() + wanted, here.order.end()));
  }
}

TEST_CASE("windows cannot start in the middle") {
  served const here;
  test::asio::io_context context;
  auto client = here.client(context);
  auto query = here.query;
  query.start_at("cursor").walk(simruns::walk_mode::windows);
  try {
    client.runs(query);
    FAIL("accepted");
  } catch (simruns::request_error const& error) {
    CHECK(error.code() == errc::invalid_argument);
  }
}

TEST_CASE("backward from a page is the reverse of the way to it, over a real server") {
  served const here;
  test::asio::io_context context;
  auto client = here.client(context);
  auto at = here.query;
  at.skip(73);
  auto const page = test::run(context, client.fetch_page(at));
  REQUIRE(page.pagination().previous);
  auto query = here.query;
  query.start_before(std::string(*page.pagination().previous));
  auto runs = test::share(client.runs(query));
  auto const got = test::run(context, test::read_all(runs));
  CHECK(got.ids == strings(here.order.rend() - 73, here.order.rend()));
  CHECK(runs->completeness().walk == walk_kind::backward);
  CHECK(runs->completeness().reached_end);

  for (int taken = 0; taken <= 73; ++taken) {
    auto first = test::share(client.runs(query));
    for (int i = 0; i < taken; ++i) test::run(context, first->next());
    auto again = here.query;
    again.start_at(first->position());
    auto const rest = test::run(context, test::read_all(test::share(client.runs(again))));
    CHECK(rest.ids == strings(got.ids.begin() + taken, got.ids.end()));
  }
}
