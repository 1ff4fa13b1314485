#include "support/catch.hpp"
#include "support/run_io.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <thread>

using namespace std::chrono_literals;
using simruns::errc;
using simruns::follow_end;
using simruns::follow_options;
using simruns::testing::page_of;
using simruns::testing::sample_paging;
using simruns::testing::scripted_transport;
using id_list = std::vector<std::string>;

namespace {

using link_ptr = std::shared_ptr<scripted_transport>;

link_ptr link() { return std::make_shared<scripted_transport>(); }

sample_paging to(std::string cursor, std::int64_t total) {
  sample_paging out(std::move(cursor));
  out.total = total;
  return out;
}

sample_paging end_of(std::int64_t total) {
  sample_paging out;
  out.total = total;
  return out;
}

/// A page of these runs, all of them pending.
std::string pending_page(id_list const& runs, sample_paging const& paging = {}) {
  auto out = page_of(runs, paging);
  std::string const settled =
      R"({"success":true,"status":"SUCCESS","results":[{"name":"greets","success":true}]})";
  for (auto at = out.find(settled); at != out.npos; at = out.find(settled)) {
    out.replace(at, settled.size(), "{}");
  }
  return out;
}

follow_options at_once() { return follow_options().poll_interval(0ms); }

std::shared_ptr<simruns::run_follower> follow(test::asio::io_context& context, link_ptr const& link,
                                              follow_options options) {
  auto client = test::scripted_client(context.get_executor(), link);
  options.until_batch_ends(false);  // the script holds pages only
  return std::make_shared<simruns::run_follower>(client.follow(test::query(), std::move(options)));
}

test::asio::awaitable<test::walked> read(std::shared_ptr<simruns::run_follower> runs) {
  test::walked out;
  try {
    while (simruns::run_ptr run = co_await runs->next()) out.ids.emplace_back(run->id);
  } catch (simruns::request_error const& error) {
    out.code = error.code();
    out.position = error.failure().position;
  }
  co_return out;
}

}  // namespace

TEST_CASE("a follower gives each run as it settles, and ends at the expected count") {
  test::asio::io_context context;
  auto net = link();
  net->then_page(page_of({"a", "b"}, to("c1", 3)))
      .then_page(pending_page({"c"}, end_of(3)))
      .then_page(pending_page({"c"}, end_of(3)))
      .then_page(page_of({"c", "d"}, end_of(4)));
  auto runs = follow(context, net, at_once().until_count(3));
  CHECK(net->requests().empty());
  auto const got = test::run(context, read(runs));
  CHECK(got.ids == id_list{"a", "b", "c"});
  CHECK_FALSE(got.code);
  auto const asked = net->requests();
  REQUIRE(asked.size() == 4);
  CHECK(asked[2] == asked[1]);
  CHECK(asked[3] == asked[1]);
  auto const status = runs->status();
  CHECK(status.polls == 3);
  CHECK(status.requests == 4);
  CHECK(status.pages == 4);
  CHECK(status.ended == follow_end::count);
  for (int i = 0; i < 2; ++i) CHECK(test::run(context, runs->next()) == nullptr);
  CHECK_FALSE(test::run(context, runs->next_page()).valid());
  CHECK(net->requests().size() == 4);
}

TEST_CASE("a follower ends behind the run for which the predicate is true") {
  test::asio::io_context context;
  auto net = link();
  net->then_page(page_of({"a", "b", "c"}));
  auto runs =
      follow(context, net, at_once().until([](simruns::run const& run) { return run.id == "b"; }));
  CHECK(test::run(context, read(runs)).ids == id_list{"a", "b"});
  CHECK(runs->status().ended == follow_end::until);
}

TEST_CASE("a follower ends when nothing changes for long enough") {
  test::asio::io_context context;
  auto net = link();
  net->always_call([](auto const&) { return simruns::http_response(200, page_of({"a"})); });
  auto runs = follow(context, net, follow_options().poll_interval(1h).idle(20ms));
  CHECK(test::run(context, read(runs)).ids == id_list{"a"});
  CHECK(runs->status().ended == follow_end::idle);
  CHECK(runs->status().polls == 2);
}

TEST_CASE("a deadline ends a pause, and a poll that does not answer") {
  auto const silent = GENERATE(false, true);
  test::asio::io_context context;
  auto net = link();
  net->then_page(page_of({"a"}));
  if (silent) net->then_silence();
  auto const interval = silent ? 0ms : std::chrono::milliseconds(1h);
  auto runs = follow(context, net, follow_options().poll_interval(interval).deadline(50ms));
  auto const got = test::run(context, read(runs));
  CHECK(got.ids == id_list{"a"});
  CHECK_FALSE(got.code);
  CHECK(runs->status().ended == follow_end::deadline);
  CHECK(runs->status().requests == (silent ? 2 : 1));
}

TEST_CASE("a run that goes while it is pending is reported as lost") {
  test::asio::io_context context;
  auto net = link();
  net->then_page(pending_page({"a", "b"}));
  for (int i = 0; i < 2; ++i) net->then_page(page_of({"b"}));
  auto runs = follow(context, net, at_once().until_count(2));
  CHECK(test::run(context, read(runs)).ids == id_list{"b"});
  REQUIRE(runs->lost().size() == 1);
  CHECK(runs->lost()[0].id == "a");
  CHECK(runs->lost()[0].sequence == 1);
}

TEST_CASE("a poll that fails raises, and the next call asks for the same page again") {
  test::asio::io_context context;
  auto net = link();
  net->then_page(page_of({"a"}, to("c1", 2)))
      .then_failure(errc::transport)
      .then_page(page_of({"b"}, end_of(2)));
  auto runs = follow(context, net, at_once().until_count(2));
  auto const first = test::run(context, read(runs));
  CHECK(first.ids == id_list{"a"});
  CHECK(first.code == errc::transport);
  CHECK(first.position.empty());
  CHECK(runs->failure().code == errc::transport);
  CHECK(test::run(context, read(runs)).ids == id_list{"b"});
  auto const asked = net->requests();
  REQUIRE(asked.size() == 3);
  CHECK(asked[1] == asked[2]);
  CHECK(runs->status().polls == 1);
  CHECK(runs->status().requests == 3);
}

TEST_CASE("a refused cursor begins the poll anew, and is an error only when it is refused again") {
  auto const again = GENERATE(false, true);
  test::asio::io_context context;
  auto net = link();
  std::string const refusal = R"({"error":"unknown cursor","field":"next"})";
  net->then_page(page_of({"a"}, to("c1", 2)))
      .then_page(pending_page({"b"}, end_of(2)))
      .then_response({400, refusal})
      .then_page(page_of({"a"}, to("c2", 2)));
  if (again) net->then_response({400, refusal}).then_page(page_of({"a"}, to("c3", 2)));
  net->then_page(page_of({"b"}, end_of(2)));
  auto runs = follow(context, net, at_once().until_count(2));
  auto got = test::run(context, read(runs));
  if (again) {
    CHECK(got.ids == id_list{"a"});
    CHECK(got.code == errc::bad_request);
    CHECK(runs->failure().field == "next");
    got = test::run(context, read(runs));
    CHECK(got.ids == id_list{"b"});
  } else {
    CHECK(got.ids == id_list{"a", "b"});
  }
  CHECK_FALSE(got.code);
}

TEST_CASE("pages in a circle are an error after the runs that came with them") {
  test::asio::io_context context;
  auto net = link();
  net->then_page(page_of({"a"}, to("c1", 9))).then_page(page_of({"b"}, to("c1", 9)));
  auto runs = follow(context, net, at_once());
  auto const got = test::run(context, read(runs));
  CHECK(got.ids == id_list{"a", "b"});
  CHECK(got.code == errc::pagination);
}

TEST_CASE("a cancelled next ends its request or its pause at once, and loses nothing") {
  auto const pausing = GENERATE(false, true);
  // A gentler one leaves the request as it is.
  auto const type = pausing ? GENERATE(test::asio::cancellation_type::terminal,
                                       test::asio::cancellation_type::partial,
                                       test::asio::cancellation_type::total)
                            : test::asio::cancellation_type::terminal;
  test::asio::io_context context;
  auto net = link();
  if (pausing) {
    net->then_page(page_of({}));
  } else {
    net->then_silence();
  }
  net->then_page(page_of({"a"}));
  auto const interval = pausing ? 50ms : 0ms;
  auto runs = follow(context, net, follow_options().poll_interval(interval).until_count(1));
  test::asio::cancellation_signal stop;
  simruns::error_code code;
  runs->async_next(test::asio::bind_cancellation_slot(
      stop.slot(), [&](simruns::error_code failed, simruns::run_ptr) { code = failed; }));
  context.poll();
  REQUIRE(net->requests().size() == 1);
  stop.emit(type);
  context.restart();
  context.poll();
  CHECK(code == errc::cancelled);
  CHECK(test::run(context, read(runs)).ids == id_list{"a"});
  CHECK(net->requests().size() == 2);
  CHECK(runs->status().requests == 2);
}

TEST_CASE("a follower that is closed or goes ends its next, in a request and in a pause") {
  auto const goes = GENERATE(false, true);
  auto const pausing = GENERATE(false, true);
  test::asio::io_context context;
  auto net = link();
  if (pausing) {
    net->then_page(page_of({}));
  } else {
    net->then_silence();
  }
  auto runs = follow(context, net, follow_options().poll_interval(1h));
  simruns::error_code code;
  runs->async_next([&](simruns::error_code failed, simruns::run_ptr) { code = failed; });
  context.poll();
  REQUIRE(net->requests().size() == 1);
  if (goes) {
    runs.reset();
  } else {
    runs->close();
    runs->close();
  }
  context.restart();
  context.run();
  CHECK(code == errc::cancelled);
  if (!goes) CHECK(test::run(context, read(runs)).code == errc::cancelled);
  CHECK(net->requests().size() == 1);
}

TEST_CASE("a second call of a follower while one is outstanding is refused") {
  test::asio::io_context context;
  auto net = link();
  net->then_silence();
  auto runs = follow(context, net, at_once());
  runs->async_next([](simruns::error_code, simruns::run_ptr) {});
  context.poll();
  CHECK_THROWS_AS(runs->next_if_ready(), simruns::request_error);
}

TEST_CASE("a context that goes while a follower waits frees all of it") {
  auto const pausing = GENERATE(false, true);
  auto net = link();
  if (pausing) {
    net->then_page(page_of({}));
  } else {
    net->then_silence();
  }
  std::weak_ptr<scripted_transport> const watched = net;
  std::shared_ptr<simruns::run_follower> runs;
  {
    test::asio::io_context context;
    runs = follow(context, net, follow_options().poll_interval(1h).deadline(1h));
    net.reset();
    test::asio::co_spawn(context, read(runs), [](std::exception_ptr, test::walked) {});
    context.poll();
    CHECK_FALSE(watched.expired());
  }
  CHECK(runs->status().polls == 1);
  runs.reset();
  CHECK(watched.expired());
}

TEST_CASE("a query that is not to be followed is refused before anything is sent") {
  test::asio::io_context context;
  auto net = link();
  auto client = test::scripted_client(context.get_executor(), net);
  CHECK_THROWS_AS(client.follow(test::query().skip(1)), simruns::request_error);
  CHECK_THROWS_AS(client.follow(test::query().sort("createdAt:desc")), simruns::request_error);
  CHECK(net->requests().empty());
}

TEST_CASE("cancelled from another executor at any moment, a follower ends once and gives all") {
  test::asio::io_context context;
  auto const work = test::asio::make_work_guard(context);
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) threads.emplace_back([&] { context.run(); });
  auto net = link();
  net->always_call(
      [](auto const&) { return simruns::http_response(200, page_of({"a", "b", "c"})); });
  for (int round = 0; round < 200; ++round) {
    auto runs = follow(context, net, at_once().until_count(3));
    id_list given;
    while (given.size() < 3) {
      test::asio::io_context callers;
      test::asio::cancellation_signal stop;
      test::asio::co_spawn(callers, runs->next(),
                           test::asio::bind_cancellation_slot(
                               stop.slot(), [&](std::exception_ptr, simruns::run_ptr run) {
                                 if (run) given.emplace_back(run->id);
                               }));
      for (int step = 0; step < round % 4; ++step) callers.poll_one();
      stop.emit(test::asio::cancellation_type::terminal);
      callers.restart();
      callers.run();
      if (given.size() < 3) {
        auto const run = runs->async_next(test::asio::use_future).get();
        if (run) given.emplace_back(run->id);
      }
    }
    CHECK(given == id_list{"a", "b", "c"});
  }
  context.stop();
  for (auto& thread : threads) thread.join();
}
