#include "support/catch.hpp"
#include "support/run_io.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <future>

using simruns::condition;
using simruns::errc;
using simruns::testing::page_of;
using simruns::testing::sample_paging;
using simruns::testing::scripted_transport;
using id_list = std::vector<std::string>;

namespace {

sample_paging next_page(std::string cursor, std::int64_t total, std::int64_t skip = 0) {
  sample_paging out(std::move(cursor));
  out.total = total;
  out.skip = skip;
  return out;
}

sample_paging last_page(std::int64_t total, std::int64_t skip = 0) {
  sample_paging out;
  out.total = total;
  out.skip = skip;
  return out;
}

std::shared_ptr<scripted_transport> three_pages() {
  auto link = std::make_shared<scripted_transport>();
  link->then_page(page_of({"a", "b"}, next_page("c1", 5)))
      .then_page(page_of({"c", "d"}, next_page("c2", 5, 2)))
      .then_page(page_of({"e"}, last_page(5, 4)));
  return link;
}

}  // namespace

TEST_CASE("every run of every page comes once, in order") {
  test::asio::io_context context;
  auto const prefetch = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{5});
  auto link = three_pages();
  auto client = test::scripted_client(context.get_executor(), link, prefetch);
  auto runs = test::share(client.runs(test::query()));
  auto const got = test::run(context, test::read_all(runs));
  CHECK(got.ids == id_list{"a", "b", "c", "d", "e"});
  CHECK_FALSE(got.code);
  CHECK(link->requests().size() == 3);
  auto const& tally = runs->completeness();
  CHECK(tally.received == 5);
  CHECK(tally.total_last == 5);
  CHECK(tally.pages == 3);
  CHECK(tally.reached_end);
  CHECK(tally.verdict() == simruns::walk_verdict::complete);
}

TEST_CASE("nothing is sent before the first run is asked for") {
  test::asio::io_context context;
  auto link = three_pages();
  auto client = test::scripted_client(context.get_executor(), link);
  auto runs = client.runs(test::query());
  CHECK(runs.next_if_ready() == nullptr);
  context.run();
  CHECK(link->requests().empty());
}

TEST_CASE("without read-ahead, stopping after the first run sends no second request") {
  test::asio::io_context context;
  auto link = three_pages();
  auto client = test::scripted_client(context.get_executor(), link, 0);
  auto runs = test::share(client.runs(test::query()));
  auto const first = test::run(context, runs->next());
  CHECK(first->id == "a");
  CHECK(link->requests().size() == 1);
}

TEST_CASE("with a read-ahead of one, a consumer that stops leaves two requests and no more") {
  test::asio::io_context context;
  auto link = three_pages();
  auto client = test::scripted_client(context.get_executor(), link, 1);
  auto runs = test::share(client.runs(test::query()));
  auto const first = test::run(context, runs->next());
  CHECK(first->id == "a");
  CHECK(link->requests().size() == 2);
}

TEST_CASE("a run that is kept outlives its generator, its client and its context") {
  simruns::run_ptr kept;
  {
    test::asio::io_context context;
    auto client = test::scripted_client(context.get_executor(), three_pages());
    auto runs = test::share(client.runs(test::query()));
    kept = test::run(context, runs->next());
  }
  CHECK(kept->id == "a");
  CHECK(kept->json().starts_with("{\"id\":\"a\""));
}

TEST_CASE(
    "a failure surfaces after the runs that were read, and the next call goes on from there") {
  test::asio::io_context context;
  auto const prefetch = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{3});
  auto link = std::make_shared<scripted_transport>();
  link->then_page(page_of({"a", "b"}, next_page("c1", 3)))
      .then_failure(errc::transport)
      .then_page(page_of({"c"}, last_page(3, 2)));
  auto client = test::scripted_client(context.get_executor(), link, prefetch);
  auto runs = test::share(client.runs(test::query()));
  auto const broken = test::run(context, test::read_all(runs));
  CHECK(broken.ids == id_list{"a", "b"});
  CHECK(broken.code == errc::transport);
  auto const rest = test::run(context, test::read_all(runs));
  CHECK(rest.ids == id_list{"c"});
  CHECK_FALSE(rest.code);
  CHECK(runs->completeness().requests == 3);
  auto const asked = link->requests();
  REQUIRE(asked.size() == 3);
  CHECK(asked[1] == asked[2]);
}

TEST_CASE("the position of an error starts a new walk at the next run") {
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  link->then_page(page_of({"a", "b"}, next_page("c1", 3)))
      .then_failure(errc::transport)
      .then_page(page_of({"c"}, last_page(3, 2)));
  auto client = test::scripted_client(context.get_executor(), link);
  auto const broken = test::run(context, test::read_all(test::share(client.runs(test::query()))));
  auto again = test::query();
  again.start_at(broken.position);
  auto const rest = test::run(context, test::read_all(test::share(client.runs(again))));
  CHECK(rest.ids == id_list{"c"});
}

TEST_CASE("a position in the middle of a page skips what was had, by id") {
  test::asio::io_context context;
  auto link = three_pages();
  auto client = test::scripted_client(context.get_executor(), link, 0);
  auto runs = test::share(client.runs(test::query()));
  test::run(context, runs->next());
  auto again = test::query();
  again.start_at(runs->position());
  auto second = std::make_shared<scripted_transport>();
  second->then_page(page_of({"new", "a", "b"}, last_page(3)));
  auto other = test::scripted_client(context.get_executor(), second);
  auto const rest = test::run(context, test::read_all(test::share(other.runs(again))));
  CHECK(rest.ids == id_list{"b"});
}

TEST_CASE("positions after each run name the next one, also where runs have no id") {
  bool const backward = GENERATE(false, true);
  bool const looked = GENERATE(false, true);
  auto const runs_of_the_page = id_list{"a", "b", "", "c", "c", "", "d", ""};
  auto walk = test::query();
  if (backward) walk.start_before("p");
  auto const rest_of = [&](simruns::run_query const& query, std::size_t most) {
    test::asio::io_context context;
    auto link = std::make_shared<scripted_transport>();
    link->then_page(page_of(runs_of_the_page, last_page(7)));
    auto client = test::scripted_client(context.get_executor(), link, 0);
    auto runs = test::share(client.runs(query));
    std::vector<std::int64_t> numbers;
    auto const start = runs->position();
    if (looked) test::run(context, runs->wait_ready());
    if (looked) CHECK(runs->position() == start);
    while (numbers.size() < most) {
      auto const run = test::run(context, runs->next());
      if (!run) break;
      numbers.push_back(*run->sequence);
    }
    return std::pair(numbers, runs->position());
  };
  auto all = rest_of(walk, 100).first;
  CHECK(all == (backward ? std::vector<std::int64_t>{8, 7, 6, 5, 3, 2, 1}
                         : std::vector<std::int64_t>{1, 2, 3, 4, 6, 7, 8}));
  for (std::size_t step = 1; step < 4; ++step) {
    auto query = walk;
    std::vector<std::int64_t> got;
    while (got.size() <= all.size()) {
      auto const [numbers, position] = rest_of(query, step);
      if (numbers.empty()) break;
      got.insert(got.end(), numbers.begin(), numbers.end());
      query = test::query();
      query.start_at(position);
    }
    CHECK(got == all);
  }
}

TEST_CASE("a position of another query is refused before anything is sent") {
  test::asio::io_context context;
  auto client = test::scripted_client(context.get_executor(), three_pages());
  auto runs = test::share(client.runs(test::query()));
  test::run(context, runs->next());
  auto other = simruns::run_query("p", "s", "another");
  other.start_at(runs->position());
  CHECK_THROWS_AS(client.runs(other), simruns::request_error);
}

TEST_CASE("after the end it is null for ever") {
  test::asio::io_context context;
  auto link = three_pages();
  auto client = test::scripted_client(context.get_executor(), link);
  auto runs = test::share(client.runs(test::query()));
  test::run(context, test::read_all(runs));
  for (int i = 0; i < 3; ++i) CHECK(test::run(context, runs->next()) == nullptr);
  CHECK_FALSE(test::run(context, runs->next_page()).valid());
  CHECK(link->requests().size() == 3);
}

TEST_CASE("fewer runs than an unmoved total is an error after the last run") {
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  link->then_page(page_of({"a", "b"}, last_page(5)));
  auto client = test::scripted_client(context.get_executor(), link);
  auto const got = test::run(context, test::read_all(test::share(client.runs(test::query()))));
  CHECK(got.ids == id_list{"a", "b"});
  CHECK(got.code == errc::incomplete);
  CHECK(got.code == condition::incomplete);
}

TEST_CASE("next_page gives whole pages, and the rest of one that was begun") {
  test::asio::io_context context;
  auto client = test::scripted_client(context.get_executor(), three_pages());
  auto runs = test::share(client.runs(test::query()));
  test::run(context, runs->next());
  CHECK(test::run(context, runs->next_page()).size() == 1);
  CHECK(test::run(context, runs->next_page()).size() == 2);
  CHECK(test::run(context, runs->next_page()).size() == 1);
  CHECK_FALSE(test::run(context, runs->next_page()).valid());
}

TEST_CASE("ready brings the next run here and takes nothing") {
  test::asio::io_context context;
  auto client = test::scripted_client(context.get_executor(), three_pages());
  auto runs = test::share(client.runs(test::query()));
  auto const start = runs->position();
  CHECK(test::run(context, runs->wait_ready()));
  CHECK(test::run(context, runs->wait_ready()));
  CHECK(runs->position() == start);
  id_list got;
  while (test::run(context, runs->wait_ready())) got.emplace_back(runs->next_if_ready()->id);
  CHECK(got == id_list{"a", "b", "c", "d", "e"});
  CHECK_FALSE(test::run(context, runs->wait_ready()));
  CHECK(runs->next_if_ready() == nullptr);
}

TEST_CASE("a second call while one is outstanding is refused") {
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  link->then_silence();
  auto client = test::scripted_client(context.get_executor(), link);
  auto runs = test::share(client.runs(test::query()));
  runs->async_next([](simruns::error_code, simruns::run_ptr) {});
  simruns::error_code second;
  context.poll();
  runs->async_next([&](simruns::error_code code, simruns::run_ptr) { second = code; });
  context.restart();
  context.poll();
  CHECK(second == errc::invalid_argument);
  CHECK_THROWS_AS(runs->next_if_ready(), simruns::request_error);
}

TEST_CASE("async_next serves callbacks, futures and as_tuple") {
  test::asio::io_context context;
  auto client = test::scripted_client(context.get_executor(), three_pages());
  auto runs = test::share(client.runs(test::query()));
  std::string called;
  runs->async_next([&](simruns::error_code code, simruns::run_ptr run) {
    if (!code) called = run->id;
  });
  context.run();
  CHECK(called == "a");
  context.restart();
  auto future = runs->async_next(test::asio::use_future);
  context.run();
  CHECK(future.get()->id == "b");
}

TEST_CASE("a terminal cancellation drops the request, and the next call asks for the same page") {
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  link->then_silence().then_page(page_of({"a"}, last_page(1)));
  auto client = test::scripted_client(context.get_executor(), link);
  auto runs = test::share(client.runs(test::query()));
  test::asio::cancellation_signal stop;
  simruns::error_code code;
  runs->async_next(test::asio::bind_cancellation_slot(
      stop.slot(), [&](simruns::error_code failed, simruns::run_ptr) { code = failed; }));
  context.poll();
  REQUIRE(link->requests().size() == 1);
  stop.emit(test::asio::cancellation_type::terminal);
  context.restart();
  context.run();
  CHECK(code == errc::cancelled);
  auto const got = test::run(context, test::read_all(runs));
  CHECK(got.ids == id_list{"a"});
  auto const asked = link->requests();
  REQUIRE(asked.size() == 2);
  CHECK(asked[0] == asked[1]);
}

TEST_CASE("next may be called again at once where the one before was cancelled") {
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  link->then_silence().then_page(page_of({"a"}, last_page(1)));
  auto client = test::scripted_client(context.get_executor(), link);
  auto runs = test::share(client.runs(test::query()));
  test::asio::cancellation_signal stop;
  std::string got;
  auto again = [&got](simruns::error_code, simruns::run_ptr run) { got = run ? run->id : "end"; };
  runs->async_next(test::asio::bind_cancellation_slot(
      stop.slot(), [&](simruns::error_code, simruns::run_ptr) { runs->async_next(again); }));
  context.poll();
  stop.emit(test::asio::cancellation_type::terminal);
  context.restart();
  context.run();
  CHECK(got == "a");
}

TEST_CASE("a cancellation that comes when the page is there already loses no run") {
  test::asio::io_context context;
  test::asio::io_context callers;
  auto link = three_pages();
  auto client = test::scripted_client(context.get_executor(), link, 0);
  auto runs = test::share(client.runs(test::query()));
  test::asio::cancellation_signal stop;
  std::exception_ptr thrown;
  test::asio::co_spawn(
      callers, runs->next(),
      test::asio::bind_cancellation_slot(
          stop.slot(), [&](std::exception_ptr failed, simruns::run_ptr) { thrown = failed; }));
  callers.poll();
  // It waits in front of the page, which is on its way back to the caller.
  test::asio::post(callers, [&stop] { stop.emit(test::asio::cancellation_type::terminal); });
  context.poll();
  callers.restart();
  callers.run();
  CHECK(thrown != nullptr);
  context.restart();
  auto const got = test::run(context, test::read_all(runs));
  CHECK(got.ids == id_list{"a", "b", "c", "d", "e"});
}

TEST_CASE("a request that was cancelled counts as one that was sent") {
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  link->then_silence().then_page(page_of({"a"}, last_page(1)));
  auto client = test::scripted_client(context.get_executor(), link);
  auto runs = test::share(client.runs(test::query()));
  test::asio::cancellation_signal stop;
  auto const forget = [](std::exception_ptr, simruns::run_ptr const&) {};
  test::asio::co_spawn(context, runs->next(),
                       test::asio::bind_cancellation_slot(stop.slot(), forget));
  context.poll();
  stop.emit(test::asio::cancellation_type::terminal);
  context.run();
  CHECK(test::run(context, test::read_all(runs)).ids == id_list{"a"});
  CHECK(runs->completeness().requests == 2);
}

TEST_CASE("a closed generator ends its next, gives what is here, and sends nothing more") {
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  link->then_page(page_of({"a", "b"}, next_page("c1", 5))).then_silence();
  auto client = test::scripted_client(context.get_executor(), link, 1);
  auto runs = test::share(client.runs(test::query()));
  simruns::run_ptr first;
  auto const keep = [&](std::exception_ptr, simruns::run_ptr run) { first = std::move(run); };
  test::asio::co_spawn(context, runs->next(), keep);
  context.poll();
  REQUIRE(first != nullptr);
  runs->close();
  runs->close();
  auto const rest = test::run(context, test::read_all(runs));
  CHECK(rest.ids == id_list{"b"});
  CHECK(rest.code == errc::cancelled);
  CHECK_FALSE(rest.position.empty());
  CHECK(link->requests().size() == 2);
}

TEST_CASE("max_runs ends the walk and asks for no more than it needs") {
  test::asio::io_context context;
  auto link = three_pages();
  auto client = test::scripted_client(context.get_executor(), link, 0);
  auto query = test::query();
  query.max_runs(3);
  auto const got = test::run(context, test::read_all(test::share(client.runs(query))));
  CHECK(got.ids == id_list{"a", "b", "c"});
  CHECK_FALSE(got.code);
  auto const asked = link->requests();
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].find("limit=3") != std::string::npos);
}

TEST_CASE("a page that starts at a position in its middle holds the runs after it") {
  test::asio::io_context context;
  auto link = three_pages();
  auto client = test::scripted_client(context.get_executor(), link, 0);
  auto runs = test::share(client.runs(test::query()));
  test::run(context, runs->next());
  auto again = test::query();
  again.start_at(runs->position());
  auto second = std::make_shared<scripted_transport>();
  second->then_page(page_of({"a", "b"}, next_page("c1", 5)));
  auto other = test::scripted_client(context.get_executor(), second);
  auto const rest = test::run(context, other.fetch_page(again));
  REQUIRE(rest.size() == 1);
  CHECK(rest[0].id == "b");
  again.page_size(7);
  auto const foreign = test::run(context, other.try_fetch_page(again));
  REQUIRE(foreign.has_error());
  CHECK(foreign.error().code == errc::invalid_argument);
  CHECK(second->requests().size() == 1);
}

TEST_CASE("a refused cursor is explained where a walk starts at it, and nowhere else") {
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  link->then_response({400, R"({"error":"bad cursor"})"});
  link->then_response({400, R"({"error":"bad sort"})"});
  auto client = test::scripted_client(context.get_executor(), link);
  auto const refused = test::run(context, client.try_fetch_page(test::query().start_at("c")));
  REQUIRE(refused.has_error());
  CHECK(refused.error().message.find("`next` cursor") != std::string::npos);
  auto const other = test::run(context, client.try_fetch_page(test::query()));
  REQUIRE(other.has_error());
  CHECK(other.error().message == "bad sort");
}

TEST_CASE("a server that fails with a web page is not taken for a wrong base URL") {
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  link->then_response({500, "<html>oops</html>"}).then_response({404, "<html>oops</html>"});
  auto client = test::scripted_client(context.get_executor(), link);
  auto const failed = test::run(context, client.try_fetch_page(test::query()));
  REQUIRE(failed.has_error());
  CHECK(failed.error().message.find("base URL") == std::string::npos);
  auto const lost = test::run(context, client.try_fetch_page(test::query()));
  REQUIRE(lost.has_error());
  CHECK(lost.error().message.find("base URL") != std::string::npos);
}

TEST_CASE("an error's details come with it: status, code, field, traceId, attempts") {
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  link->then_response({400, R"({"error":"bad sort","field":"sort","code":"E1","traceId":"t9"})"});
  auto client = test::scripted_client(context.get_executor(), link);
  auto const got = test::run(context, client.try_fetch_page(test::query()));
  REQUIRE(got.has_error());
  auto const& failure = got.error();
  CHECK(failure.code == errc::bad_request);
  CHECK(failure.status == 400);
  CHECK(failure.field == "sort");
  CHECK(failure.server_code == "E1");
  CHECK(failure.trace_id == "t9");
  CHECK(failure.attempts == 1);
  CHECK(to_string(failure) == "HTTP 400 after 1 attempt: bad sort (field sort) (traceId t9)");
}

TEST_CASE("a server that repeats the key finds it struck out of the error") {
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  link->then_response({401, R"({"error":"key s3cr3t-key is wrong","traceId":"s3cr3t-key"})"});
  simruns::client client(context.get_executor(), test::config(),
                         simruns::credentials::api_key("s3cr3t-key"), link);
  auto const got = test::run(context, client.try_fetch_page(test::query()));
  REQUIRE(got.has_error());
  CHECK(to_string(got.error()).find("s3cr3t-key") == std::string::npos);
  CHECK(got.error().code == condition::auth);
}

TEST_CASE("a page that needs no transport of ours: fetch_page throws what try_fetch_page returns") {
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  link->then_page(page_of({"a"}, last_page(1))).then_page("<html>login</html>");
  auto client = test::scripted_client(context.get_executor(), link);
  CHECK(test::run(context, client.fetch_page(test::query())).size() == 1);
  try {
    test::run(context, client.fetch_page(test::query()));
    FAIL("a web page is not a page of runs");
  } catch (simruns::request_error const& error) {
    CHECK(error.code() == errc::decode);
    CHECK(error.describe().find("base URL") != std::string::npos);
  }
}
