// Waits that are cancelled, and what becomes of the pages that they waited for.

#include "support/catch.hpp"
#include "support/held_transport.hpp"
#include "support/run_io.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

using simruns::errc;
using simruns::testing::page_of;
using test::held_transport;
using test::asio::cancellation_type;

namespace {

/// A stream over a held network, whatever kind of stream it is.
struct stream {
  test::asio::io_context context;
  std::shared_ptr<held_transport> net = std::make_shared<held_transport>();
  std::optional<simruns::run_generator> walk;
  std::optional<simruns::run_follower> polls;

  explicit stream(bool follows) {
    auto client = test::scripted_client(context.get_executor(), net, 0);
    simruns::follow_options options;
    options.poll_interval(std::chrono::milliseconds(0)).until_count(2).until_batch_ends(false);
    if (follows) {
      polls.emplace(client.follow(test::query(), options));
    } else {
      walk.emplace(client.runs(test::query()));
    }
  }

  void poll() {
    context.restart();
    context.poll();
  }

  template <class Token>
  void next(Token&& token) {
    walk ? walk->async_next(std::forward<Token>(token))
         : polls->async_next(std::forward<Token>(token));
  }

  /// The id of the next run, or why there is none.
  void next_into(std::string& out) {
    next([&out](simruns::error_code failed, simruns::run_ptr const& run) {
      out = failed ? failed.message() : run ? std::string(run->id) : "end";
    });
  }

  /// Waits for a run by one of the operations, and is cancelled before it comes.
  simruns::error_code cancelled_wait(int operation, cancellation_type type) {
    test::asio::cancellation_signal stop;
    std::optional<simruns::error_code> ended;
    auto const end = [&ended](simruns::error_code failed, auto const&) { ended = failed; };
    auto const begin = [&](auto& runs) {
      auto token = test::asio::bind_cancellation_slot(stop.slot(), end);
      if (operation == 0) runs.async_next(token);
      if (operation == 1) runs.async_wait_ready(token);
      if (operation == 2) runs.async_next_page(token);
    };
    walk ? begin(*walk) : begin(*polls);
    poll();
    CHECK_FALSE(ended);
    stop.emit(type);
    poll();
    REQUIRE(ended);
    return *ended;
  }
};

cancellation_type gentle_kind() {
  return GENERATE(cancellation_type::total, cancellation_type::partial,
                  cancellation_type::total | cancellation_type::partial, cancellation_type::all);
}

}  // namespace

TEST_CASE("a wait that is cancelled gently leaves its page under way, and the next call takes it") {
  auto const type = gentle_kind();
  auto const operation = GENERATE(0, 1, 2);
  auto const follows = GENERATE(false, true);
  stream runs(follows);
  for (int i = 0; i < 20; ++i) CHECK(runs.cancelled_wait(operation, type) == errc::cancelled);
  CHECK(runs.net->targets.size() == 1);
  std::string first;
  std::string second;
  runs.next_into(first);
  runs.net->answer(page_of({"a", "b"}));
  runs.poll();
  runs.next_into(second);
  runs.poll();
  CHECK(first == "a");
  CHECK(second == "b");
  CHECK(runs.net->targets.size() == 1);
  CHECK(runs.net->dropped == 0);
}

TEST_CASE("a page that comes while nobody waits for it is there at the next call") {
  auto const follows = GENERATE(false, true);
  stream runs(follows);
  CHECK(runs.cancelled_wait(0, cancellation_type::total) == errc::cancelled);
  runs.net->answer(page_of({"a", "b"}));
  runs.poll();
  CHECK(runs.net->targets.size() == 1);
  std::string got;
  runs.next_into(got);
  runs.poll();
  CHECK(got == "a");
  CHECK(runs.net->targets.size() == 1);
}

TEST_CASE("a failure that comes while nobody waits is told once, and then the page is asked for") {
  auto const follows = GENERATE(false, true);
  stream runs(follows);
  CHECK(runs.cancelled_wait(0, cancellation_type::total) == errc::cancelled);
  runs.net->answer(std::nullopt);
  runs.poll();
  std::string got;
  runs.next_into(got);
  runs.poll();
  CHECK(got == make_error_code(errc::transport).message());
  runs.next_into(got);
  runs.poll();
  CHECK(runs.net->targets.size() == 2);
  CHECK(runs.net->targets[0] == runs.net->targets[1]);
  runs.net->answer(page_of({"a", "b"}));
  runs.poll();
  CHECK(got == "a");
}

TEST_CASE("a terminal cancellation alone drops what is under way, also after a gentle one") {
  auto const follows = GENERATE(false, true);
  auto const operation = GENERATE(0, 1, 2);
  stream runs(follows);
  CHECK(runs.cancelled_wait(operation, cancellation_type::total) == errc::cancelled);
  CHECK(runs.net->dropped == 0);
  CHECK(runs.cancelled_wait(operation, cancellation_type::terminal) == errc::cancelled);
  CHECK(runs.net->dropped == 1);
  std::string got;
  runs.next_into(got);
  runs.poll();
  CHECK(runs.net->targets.size() == 2);
  runs.net->answer(page_of({"a", "b"}));
  runs.poll();
  CHECK(got == "a");
}

TEST_CASE("closing a stream, or its end, drops what a cancelled wait left under way") {
  auto const follows = GENERATE(false, true);
  auto const goes = GENERATE(false, true);
  stream runs(follows);
  CHECK(runs.cancelled_wait(0, cancellation_type::total) == errc::cancelled);
  if (goes) {
    runs.walk.reset();
    runs.polls.reset();
  } else {
    runs.walk ? runs.walk->close() : runs.polls->close();
  }
  runs.context.restart();
  runs.context.run();
  CHECK(runs.net->dropped == 1);
  CHECK(runs.net->targets.size() == 1);
}

TEST_CASE("a follower whose wait was left sends nothing more before the next call") {
  stream runs(true);
  CHECK(runs.cancelled_wait(0, cancellation_type::total) == errc::cancelled);
  runs.net->answer(page_of({}));
  runs.poll();
  CHECK(runs.net->targets.size() == 1);
  CHECK(runs.polls->status().polls == 1);
}

TEST_CASE("the loser of a parallel group keeps its request") {
  stream runs(false);
  test::asio::steady_timer timer(runs.context, std::chrono::milliseconds(0));
  bool timed_out = false;
  test::asio::experimental::make_parallel_group(runs.walk->async_wait_ready(test::asio::deferred),
                                                timer.async_wait(test::asio::deferred))
      .async_wait(test::asio::experimental::wait_for_one(),
                  [&](std::array<std::size_t, 2> order, simruns::error_code, bool,
                      simruns::error_code) { timed_out = order[0] == 1; });
  runs.context.run_for(std::chrono::seconds(20));
  CHECK(timed_out);
  CHECK(runs.net->dropped == 0);
}

TEST_CASE("a coroutine that lets gentle cancellations through leaves its page under way") {
  stream runs(false);
  test::asio::cancellation_signal stop;
  std::exception_ptr thrown;
  auto const wait = [](simruns::run_generator& walk) -> test::asio::awaitable<void> {
    test::asio::enable_total_cancellation const filter;
    co_await test::asio::this_coro::reset_cancellation_state(filter);
    co_await walk.wait_ready();
  };
  test::asio::co_spawn(
      runs.context, wait(*runs.walk),
      test::asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr e) { thrown = e; }));
  runs.poll();
  stop.emit(cancellation_type::total);
  runs.poll();
  CHECK(thrown != nullptr);
  CHECK(runs.net->dropped == 0);
  std::string got;
  runs.next_into(got);
  runs.net->answer(page_of({"a"}));
  runs.poll();
  CHECK(got == "a");
  CHECK(runs.net->targets.size() == 1);
}
