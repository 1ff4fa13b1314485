#include "support/catch.hpp"
#include "support/gated_server.hpp"
#include "support/http_client.hpp"
#include "support/random.hpp"
#include "support/run_io.hpp"

#include <deque>
#include <string>

using simruns::errc;
using simruns::request_event;
using test::two_runs;
using namespace std::chrono_literals;

namespace {

simruns::client_config config(std::size_t connections) {
  simruns::client_config out("http://simulator.test");
  out.max_attempts = 1;
  out.connections = connections;
  return out;
}

/// One fetch, that can be cancelled.
struct operation {
  test::asio::cancellation_signal stop;
  std::optional<simruns::result<simruns::page>> got;

  void begin(test::asio::io_context& context, simruns::client const& client) {
    test::asio::co_spawn(
        context, client.try_fetch_page(test::query()),
        test::asio::bind_cancellation_slot(
            stop.slot(), [this](std::exception_ptr, simruns::result<simruns::page> r) {
              got.emplace(std::move(r));
            }));
  }
};

/// A client and its server in one context, whose every step the test can take by itself.
struct pooled {
  explicit pooled(std::size_t connections, std::chrono::milliseconds idle = std::chrono::minutes(1))
      : server(context, two_runs) {
    auto const lookup = test::answers_of({{server.endpoint()}});
    link = std::make_shared<simruns::http_transport>(context.get_executor(), config(connections),
                                                     lookup, idle);
    client.emplace(client_of(config(connections)));
  }

  /// Another client of the same pool.
  simruns::client client_of(simruns::client_config const& config) {
    return {context.get_executor(), config, simruns::credentials::api_key("k"), link};
  }

  bool reaches(auto const& holds) { return test::reaches(context, holds); }

  simruns::result<simruns::page> fetch() {
    operation one;
    one.begin(context, *client);
    REQUIRE(reaches([&] { return one.got.has_value(); }));
    return *one.got;
  }

  test::asio::io_context context;
  test::gated_server server;
  std::shared_ptr<simruns::transport> link;
  std::optional<simruns::client> client;
};

}  // namespace

TEST_CASE("whatever is cancelled and when, the others are served, and no place is lost") {
  auto const most = GENERATE(std::size_t{1}, std::size_t{2});
  test::random_source random(most);
  for (int round = 0; round < 150; ++round) {
    INFO("round " << round);
    pooled made(most);
    std::deque<operation> all(8);
    std::vector<bool> cancelled(all.size());
    for (auto& one : all) one.begin(made.context, *made.client);
    auto const is_over = [&] {
      return std::all_of(all.begin(), all.end(), [](auto& one) { return one.got.has_value(); });
    };
    REQUIRE(made.reaches([&] {
      if (random.one_in(6)) {
        auto const which = random.below(all.size());
        if (which % 2 == 0) {
          cancelled[which] = true;
          all[which].stop.emit(test::asio::cancellation_type::terminal);
        }
      }
      return is_over();
    }));
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!cancelled[i]) CHECK(all[i].got->has_value());
      if (all[i].got->has_error()) CHECK(all[i].got->error().code == errc::cancelled);
    }

    made.server.close_gate();
    auto const before = made.server.waiting();
    std::deque<operation> more(most);
    for (auto& one : more) one.begin(made.context, *made.client);
    REQUIRE(made.reaches([&] { return made.server.waiting() == before + static_cast<int>(most); }));
    made.server.open_gate();
    REQUIRE(made.reaches([&] { return more.front().got && more.back().got; }));
    CHECK(more.front().got->has_value());
  }
}

TEST_CASE("a place that is granted to one who is cancelled in that moment goes to the next") {
  pooled made(1);
  made.server.close_gate();
  std::deque<operation> all(3);
  for (auto& one : all) one.begin(made.context, *made.client);
  REQUIRE(made.reaches([&] { return made.server.waiting() == 1; }));
  // The first ends, and so grants its place, in the same step in which the second is cancelled.
  all[0].stop.emit(test::asio::cancellation_type::terminal);
  all[1].stop.emit(test::asio::cancellation_type::terminal);
  made.server.open_gate();
  REQUIRE(made.reaches([&] { return all[0].got && all[1].got && all[2].got; }));
  CHECK(all[0].got->error().code == errc::cancelled);
  CHECK(all[1].got->error().code == errc::cancelled);
  CHECK(all[1].got->error().attempts == 0);
  CHECK(all[2].got->has_value());
}

TEST_CASE("those who wait for a connection are served in the order in which they came") {
  pooled made(1);
  std::deque<operation> all(5);
  for (auto& one : all) one.begin(made.context, *made.client);
  for (std::size_t done = 0; done < all.size(); ++done) {
    REQUIRE(made.reaches([&] { return all[done].got.has_value(); }));
    for (auto later = done + 1; later < all.size(); ++later) CHECK_FALSE(all[later].got);
  }
  CHECK(made.server.accepted() == 1);
}

TEST_CASE("waiting for a connection is told, and is nobody's own time") {
  pooled made(1);
  std::vector<request_event> events;
  auto hurried = config(1);
  hurried.max_attempts = 2;
  hurried.backoff_base = 0ms;
  hurried.attempt_timeout = 150ms;
  hurried.operation_timeout = 700ms;
  hurried.on_event = [&](request_event const& event) { events.push_back(event); };
  auto const client = made.client_of(hurried);
  made.server.close_gate();
  operation holder;
  holder.begin(made.context, *made.client);
  REQUIRE(made.reaches([&] { return made.server.waiting() == 1; }));
  operation waiter;
  waiter.begin(made.context, client);
  auto const later = std::chrono::steady_clock::now() + 750ms;
  REQUIRE(made.reaches([&] { return std::chrono::steady_clock::now() > later; }));
  CHECK_FALSE(waiter.got);
  // Its first attempt begins now and takes too long; the wait has left time for a second.
  holder.stop.emit(test::asio::cancellation_type::terminal);
  REQUIRE(made.reaches([&] { return waiter.got || made.server.waiting() == 3; }));
  made.server.open_gate();
  REQUIRE(made.reaches([&] { return waiter.got.has_value(); }));
  CHECK(waiter.got->has_value());
  REQUIRE(events.size() == 4);
  CHECK(events[1].what == request_event::kind::will_retry);
  CHECK(events[1].failure.code == errc::timeout);
  CHECK(events[1].waited > 700ms);
  CHECK(events[1].elapsed < 700ms);
  CHECK(events[3].what == request_event::kind::answered);
  CHECK(events[3].waited < 700ms);
}

TEST_CASE("who is cancelled while it waits for a connection has made no attempt") {
  pooled made(1);
  auto once = config(1);
  once.request_budget = simruns::request_rate(1, std::chrono::hours(1));
  auto const client = made.client_of(once);
  made.server.close_gate();
  operation holder;
  holder.begin(made.context, *made.client);
  REQUIRE(made.reaches([&] { return made.server.waiting() == 1; }));
  operation waiter;
  operation next;  // waits for the budget that the first has taken
  waiter.begin(made.context, client);
  next.begin(made.context, client);
  auto const later = std::chrono::steady_clock::now() + 20ms;
  REQUIRE(made.reaches([&] { return std::chrono::steady_clock::now() > later; }));
  waiter.stop.emit(test::asio::cancellation_type::terminal);
  REQUIRE(made.reaches([&] { return waiter.got.has_value(); }));
  CHECK(waiter.got->error().code == errc::cancelled);
  CHECK(waiter.got->error().attempts == 0);
  CHECK(waiter.got->error().waited > 10ms);
  made.server.open_gate();
  REQUIRE(made.reaches([&] { return next.got.has_value(); }));
  CHECK(next.got->has_value());
}

TEST_CASE("a connection is kept, unless it was idle for too long or its server closed it") {
  pooled keeps(2);
  CHECK(keeps.fetch().has_value());
  CHECK(keeps.fetch().has_value());
  CHECK(keeps.server.accepted() == 1);

  pooled forgets(2, std::chrono::milliseconds(-1));  // even one that was idle for no time
  CHECK(forgets.fetch().has_value());
  CHECK(forgets.fetch().has_value());
  CHECK(forgets.server.accepted() == 2);

  pooled closes(2);
  closes.server.close_after_answer();
  CHECK(closes.fetch().has_value());
  CHECK(closes.fetch().has_value());
  CHECK(closes.server.accepted() == 2);
}

TEST_CASE("a context goes with some who wait for a connection and some who have one") {
  std::deque<operation> all(5);
  pooled made(2);
  made.server.close_gate();
  for (auto& one : all) one.begin(made.context, *made.client);
  REQUIRE(made.reaches([&] { return made.server.waiting() == 2; }));
}

TEST_CASE("a response that breaks off after its first byte is not asked for again") {
  test::scripted_server server({{test::scripted_server::reply(test::answer(two_runs), false),
                                 test::scripted_server::reply("HTTP/1.1 2")},
                                {test::scripted_server::reply(test::answer(two_runs))}});
  test::http_client client(config(1), test::answers_of({{server.endpoint()}}));
  CHECK(client.fetch().has_value());
  auto const cut = client.fetch();
  REQUIRE(cut.has_error());
  CHECK(cut.error().code == errc::truncated);
  CHECK(server.accepted() == 1);
}
