#include "support/catch.hpp"
#include "support/run_io.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>

#include <algorithm>
#include <future>
#include <optional>
#include <thread>

using simruns::testing::page_of;
using simruns::testing::sample_paging;
using simruns::testing::scripted_transport;

namespace {

/// A walk with a page in hand and a read-ahead in flight that never answers.
struct walk_in_flight {
  std::unique_ptr<test::asio::io_context> context = std::make_unique<test::asio::io_context>();
  std::shared_ptr<scripted_transport> link = std::make_shared<scripted_transport>();
  std::optional<simruns::client> client;
  std::optional<simruns::run_generator> runs;
  std::vector<std::thread> threads;

  explicit walk_in_flight(int thread_count) {
    sample_paging more("c1");
    more.total = 100;
    link->then_page(page_of({"a", "b"}, more)).then_silence();
    client.emplace(test::scripted_client(context->get_executor(), link));
    runs.emplace(client->runs(test::query()));
    std::promise<void> begun;
    auto got = begun.get_future();
    runs->async_next([&](simruns::error_code, simruns::run_ptr) { begun.set_value(); });
    if (thread_count == 0) {
      context->poll();
    } else {
      for (int i = 0; i < thread_count; ++i) {
        threads.emplace_back([c = context.get()] { c->run(); });
      }
    }
    got.get();
  }

  void drop(char which) {
    if (which == 'g') runs.reset();
    if (which == 'c') client.reset();
    if (which == 'x') {
      context->stop();
      for (auto& thread : threads) thread.join();
      threads.clear();
      context.reset();
    }
  }
};

}  // namespace

TEST_CASE("generator, client and context go in every order, with a read-ahead in flight") {
  auto const threads = GENERATE(0, 1, 4);
  std::string order = "cgx";
  do {
    INFO("order " << order << " on " << threads << " threads");
    walk_in_flight walk(threads);
    for (char const which : order) walk.drop(which);
    CHECK(walk.link->requests().size() <= 2);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("a generator that goes while its next is outstanding ends that next") {
  auto const threads = GENERATE(0, 1, 4);
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  link->then_silence();
  auto client = test::scripted_client(context.get_executor(), link);
  auto runs = std::make_optional(client.runs(test::query()));
  simruns::error_code code;
  runs->async_next([&](simruns::error_code failed, simruns::run_ptr) { code = failed; });
  context.poll();
  context.restart();
  std::vector<std::thread> pool;
  for (int i = 1; i < threads; ++i) pool.emplace_back([&] { context.run(); });
  runs.reset();
  context.run();
  for (auto& thread : pool) thread.join();
  CHECK(code == simruns::errc::cancelled);
}

TEST_CASE("a context that goes with a consumer waiting frees all of it") {
  auto link = std::make_shared<scripted_transport>();
  link->then_silence();
  std::weak_ptr<scripted_transport> const watched = link;
  {
    test::asio::io_context context;
    auto client = test::scripted_client(context.get_executor(), std::move(link));
    auto runs = test::share(client.runs(test::query()));
    test::asio::co_spawn(context, test::read_all(runs), [](std::exception_ptr, test::walked) {});
    context.poll();
    CHECK_FALSE(watched.expired());
  }
  CHECK(watched.expired());
}

TEST_CASE("a page in hand is served after its context went") {
  auto context = std::make_unique<test::asio::io_context>();
  auto link = std::make_shared<scripted_transport>();
  link->then_page(page_of({"a", "b", "c"}));
  auto client = test::scripted_client(context->get_executor(), link);
  auto runs = test::share(client.runs(test::query()));
  test::run(*context, runs->next());
  context.reset();
  CHECK(runs->next_if_ready()->id == "b");
  CHECK(runs->next_if_ready()->id == "c");
  CHECK(runs->next_if_ready() == nullptr);
  CHECK_FALSE(runs->position().empty());
}

TEST_CASE("cancelled from another executor at any moment, an operation ends once and frees all") {
  // The caller's coroutine runs on a pool of its own, so that its cancellation crosses to the
  // strand.
  test::asio::io_context context;
  auto const work = test::asio::make_work_guard(context);
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) threads.emplace_back([&] { context.run(); });
  static constexpr int rounds = 200;
  auto link = std::make_shared<scripted_transport>();
  for (int round = 0; round < rounds; ++round) link->then_silence();
  auto client = test::scripted_client(context.get_executor(), link);
  for (int round = 0; round < rounds; ++round) {
    test::asio::io_context callers;
    test::asio::cancellation_signal stop;
    auto runs = test::share(client.runs(test::query()));
    test::walked got;
    test::asio::co_spawn(
        callers, test::read_all(runs),
        test::asio::bind_cancellation_slot(
            stop.slot(), [&](std::exception_ptr, test::walked w) { got = std::move(w); }));
    for (int step = 0; step < round % 4; ++step) callers.poll_one();
    stop.emit(test::asio::cancellation_type::terminal);
    callers.restart();
    callers.run();
    CHECK((got.code == simruns::errc::cancelled || got.ids.empty()));
  }
  context.stop();
  for (auto& thread : threads) thread.join();
}

TEST_CASE("a handle that was moved from refuses all but an assignment, and works after one") {
  test::asio::io_context context;
  auto const link = std::make_shared<scripted_transport>();
  link->then_page(page_of({"a"})).then_page(page_of({"b"}));
  auto client = test::scripted_client(context.get_executor(), link);
  auto runs = client.runs(test::query());
  auto followed = client.follow(test::query(), simruns::follow_options().until_batch_ends(false));
  auto const refused = [](auto use) {
    try {
      static_cast<void>(use());
    } catch (simruns::request_error const& error) {
      CHECK(error.code() == simruns::errc::invalid_argument);
      return std::string(error.what()).find("moved from") != std::string::npos;
    }
    return false;
  };
  auto const nobody = [](auto...) {};

  auto kept = std::move(client);
  CHECK(refused([&] { return client.get_executor(); }));
  CHECK(refused([&] { return client.fetch_page(test::query()); }));
  CHECK(refused([&] { return client.try_fetch_page(test::query()); }));
  CHECK(refused([&] { return client.async_fetch_page(test::query(), nobody); }));
  CHECK(refused([&] { return client.runs(test::query()); }));
  CHECK(refused([&] { return client.follow(test::query()); }));
  auto const copy = client;
  CHECK(refused([&] { return copy.runs(test::query()); }));

  auto const refuses = [&](auto& stream) {
    CHECK(refused([&] { return stream.get_executor(); }));
    CHECK(refused([&] { return stream.next(); }));
    CHECK(refused([&] { return stream.wait_ready(); }));
    CHECK(refused([&] { return stream.next_page(); }));
    CHECK(refused([&] { return stream.next_if_ready(); }));
    CHECK(refused([&] { return stream.async_next(nobody); }));
    CHECK(refused([&] { return stream.async_wait_ready(nobody); }));
    CHECK(refused([&] { return stream.async_next_page(nobody); }));
    CHECK(refused([&] { return stream.failure(); }));
    stream.close();
  };
  auto kept_runs = std::move(runs);
  refuses(runs);
  CHECK(refused([&] { return runs.position(); }));
  CHECK(refused([&] { return runs.completeness(); }));
  CHECK(refused([&] { return runs.bad_runs(); }));
  auto const kept_followed = std::move(followed);
  refuses(followed);
  CHECK(refused([&] { return followed.status(); }));
  CHECK(refused([&] { return followed.lost(); }));

  client = std::move(kept);
  runs = std::move(kept_runs);
  auto const first = test::run(context, test::read_all(test::share(std::move(runs))));
  CHECK(first.ids == std::vector<std::string>{"a"});
  auto const second = test::run(context, client.fetch_page(test::query()));
  CHECK(second[0].id == "b");
}
