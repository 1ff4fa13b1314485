// The doors for completion tokens: every token, its executor, its allocator and its default.

#include "support/catch.hpp"
#include "support/run_io.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/promise.hpp>
#include <boost/asio/experimental/use_promise.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/version.hpp>
#if BOOST_VERSION >= 108600
#include <boost/asio/bind_immediate_executor.hpp>
#include <boost/asio/cancel_after.hpp>
#include <boost/asio/cancel_at.hpp>
#endif

#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <tuple>
#include <type_traits>

using simruns::errc;
using simruns::with_details;
using simruns::testing::page_of;
using simruns::testing::scripted_transport;

namespace {

std::shared_ptr<scripted_transport> two_runs() {
  auto link = std::make_shared<scripted_transport>();
  link->then_page(page_of({"a", "b"}));
  return link;
}

std::shared_ptr<scripted_transport> refusing() {
  auto link = std::make_shared<scripted_transport>();
  simruns::http_response response(403, R"({"error":"no access","traceId":"7f3a"})");
  link->then_response(response).then_response(response);
  return link;
}

}  // namespace

TEST_CASE("every operation has a form for completion tokens") {
  test::asio::io_context context;
  auto link = two_runs();
  link->then_page(page_of({"a", "b"}));
  auto client = test::scripted_client(context.get_executor(), link);
  std::size_t first_page = 0;
  client.async_fetch_page(test::query(), [&](simruns::error_code code, simruns::page page) {
    CHECK_FALSE(code);
    first_page = page.size();
  });
  context.run();
  CHECK(first_page == 2);

  auto runs = client.runs(test::query());
  std::optional<bool> ready;
  std::string run_id;
  std::size_t rest = 0;
  context.restart();
  runs.async_wait_ready([&](simruns::error_code, bool here) {
    ready = here;
    runs.async_next([&](simruns::error_code, simruns::run_ptr run) {
      run_id = run->id;
      runs.async_next_page([&](simruns::error_code, simruns::page page) { rest = page.size(); });
    });
  });
  context.run();
  CHECK(ready == true);
  CHECK(run_id == "a");
  CHECK(rest == 1);
}

TEST_CASE("a handler that is an lvalue is copied, not moved from") {
  test::asio::io_context context;
  auto client = test::scripted_client(context.get_executor(), two_runs());
  auto runs = client.runs(test::query());
  std::string ids;
  auto const kept = std::make_shared<int>(1);
  auto handler = [&ids, kept](simruns::error_code, simruns::run_ptr run) { ids += run->id; };
  for (int i = 0; i < 2; ++i) {
    context.restart();
    runs.async_next(handler);
    context.run();
  }
  CHECK(ids == "ab");
  CHECK(kept.use_count() == 2);
}

TEST_CASE("without a token an operation is deferred") {
  test::asio::io_context context;
  auto client = test::scripted_client(context.get_executor(), two_runs());
  auto runs = client.runs(test::query());
  auto deferred = runs.async_next();
  std::string id;
  std::move(deferred)([&](simruns::error_code, simruns::run_ptr run) { id = run->id; });
  context.run();
  CHECK(id == "a");
}

TEST_CASE("a client takes another default token with another executor type") {
  test::asio::io_context context;
  using awaiting = test::asio::use_awaitable_t<>::as_default_on_t<simruns::client>;
  STATIC_REQUIRE(std::is_same_v<simruns::client::executor_type, test::asio::any_io_executor>);
  awaiting client(test::scripted_client(context.get_executor(), two_runs()));
  auto runs = client.runs(test::query());
  auto const run = test::run(context, runs.async_next());
  CHECK(run->id == "a");
  CHECK(simruns::client(client).get_executor() == context.get_executor());
}

TEST_CASE("a client is made on an execution context") {
  test::asio::io_context context;
  simruns::client const client(context, test::config(), simruns::credentials::api_key("k"),
                               two_runs());
  CHECK(client.get_executor() == context.get_executor());
  CHECK(client.runs(test::query()).get_executor() == context.get_executor());
}

TEST_CASE("the door for tokens carries the details of a failure, where they are asked for") {
  test::asio::io_context context;
  auto client = test::scripted_client(context.get_executor(), refusing());
  std::exception_ptr thrown;
  client.async_fetch_page(test::query(), with_details([&](std::exception_ptr error, simruns::page) {
                            thrown = error;
                          }));
  context.run();
  REQUIRE(thrown);
  try {
    std::rethrow_exception(thrown);
  } catch (simruns::request_error const& error) {
    CHECK(error.failure().status == 403);
    CHECK(error.failure().trace_id == "7f3a");
    CHECK(error.describe() == "HTTP 403 after 1 attempt: no access (traceId 7f3a)");
  }
  context.restart();
  auto runs = client.runs(test::query());
  auto future = runs.async_next(with_details(test::asio::use_future));
  context.run();
  CHECK_THROWS_AS(future.get(), simruns::request_error);
}

TEST_CASE("details come to a coroutine as the error that is thrown") {
  test::asio::io_context context;
  auto client = test::scripted_client(context.get_executor(), refusing());
  auto work = [](simruns::client c) -> test::asio::awaitable<std::string> {
    try {
      co_await c.async_fetch_page(test::query(), with_details(test::asio::use_awaitable));
    } catch (simruns::request_error const& error) {
      co_return error.failure().trace_id;
    }
    co_return "none";
  };
  CHECK(test::run(context, work(client)) == "7f3a");
}

TEST_CASE("a handler runs by its own executor, else by the client's") {
  test::asio::io_context context;
  test::asio::thread_pool elsewhere(1);
  auto client = test::scripted_client(context.get_executor(), two_runs());
  auto runs = client.runs(test::query());
  std::thread::id fetched, buffered;
  auto const here = std::this_thread::get_id();
  runs.async_next(test::asio::bind_executor(
      elsewhere.get_executor(),
      [&](simruns::error_code, simruns::run_ptr) { fetched = std::this_thread::get_id(); }));
  context.run();
  elsewhere.join();
  CHECK(fetched != here);
  CHECK(fetched != std::thread::id());
  context.restart();
  bool called = false;
  runs.async_next([&](simruns::error_code, simruns::run_ptr) {
    called = true;
    buffered = std::this_thread::get_id();
  });
  CHECK_FALSE(called);
  context.run();
  CHECK(buffered == here);
}

TEST_CASE("a buffered run costs a callback one turn of the loop") {
  test::asio::io_context context;
  auto client = test::scripted_client(context.get_executor(), two_runs());
  auto runs = client.runs(test::query());
  test::run(context, runs.next());
  context.poll();
  bool called = false;
  runs.async_next([&](simruns::error_code, simruns::run_ptr) { called = true; });
  context.restart();
  CHECK(context.poll_one() == 1);
  CHECK(called);
}

namespace {

/// Counts what is taken from it and not given back.
template <class T>
struct counting_allocator {
  using value_type = T;
  std::shared_ptr<std::pair<int, int>> counts;  ///< Ever, and now.

  explicit counting_allocator(std::shared_ptr<std::pair<int, int>> c) : counts(std::move(c)) {}
  template <class U>
  counting_allocator(counting_allocator<U> const& other) : counts(other.counts) {}
  T* allocate(std::size_t n) {
    ++counts->first;
    ++counts->second;
    return std::allocator<T>().allocate(n);
  }
  void deallocate(T* p, std::size_t n) {
    --counts->second;
    std::allocator<T>().deallocate(p, n);
  }
  template <class U>
  bool operator==(counting_allocator<U> const& other) const {
    return counts == other.counts;
  }
};

}  // namespace

TEST_CASE("the handler's allocator holds the handler, and has all of it back before the call") {
  test::asio::io_context context;
  auto client = test::scripted_client(context.get_executor(), two_runs());
  auto runs = client.runs(test::query());
  auto const counts = std::make_shared<std::pair<int, int>>(0, 0);
  int calls = 0;
  for (int i = 0; i < 2; ++i) {  // the first waits for a page, the second is here
    int held = -1;
    runs.async_next(test::asio::bind_allocator(counting_allocator<void*>(counts),
                                               [&](simruns::error_code, simruns::run_ptr) {
                                                 ++calls;
                                                 held = counts->second;
                                               }));
    CHECK(counts->first > i);
    context.restart();
    context.run();
    CHECK(held == 0);
    CHECK(counts->second == 0);
  }
  CHECK(calls == 2);
}

TEST_CASE("a promise that is awaited late has its handler on the client's context") {
  test::asio::io_context context;
  auto client = test::scripted_client(context.get_executor(), two_runs());
  auto runs = client.runs(test::query());
  auto promise = runs.async_next(test::asio::experimental::use_promise);
  context.run();
  std::thread::id where;
  promise([&](simruns::error_code, simruns::run_ptr) { where = std::this_thread::get_id(); });
  context.restart();
  context.run();
  CHECK(where == std::this_thread::get_id());
}

#if BOOST_VERSION >= 108600
TEST_CASE("a token with a deadline of its own ends the wait, and loses no run") {
  test::asio::io_context context;
  auto link = std::make_shared<scripted_transport>();
  link->then_silence().then_page(page_of({"a"}));
  auto client = test::scripted_client(context.get_executor(), link);
  auto runs = client.runs(test::query());
  simruns::error_code ended;
  runs.async_next(
      test::asio::cancel_after(std::chrono::milliseconds(1),
                               [&](simruns::error_code code, simruns::run_ptr) { ended = code; }));
  context.run();
  CHECK(ended == errc::cancelled);
  std::string id;
  context.restart();
  runs.async_next(
      test::asio::cancel_at(std::chrono::steady_clock::now() + std::chrono::hours(1),
                            [&](simruns::error_code, simruns::run_ptr run) { id = run->id; }));
  context.run();
  CHECK(id == "a");
}

TEST_CASE("a handler with an immediate executor has a buffered run at once") {
  test::asio::io_context context;
  auto client = test::scripted_client(context.get_executor(), two_runs());
  auto runs = client.runs(test::query());
  test::run(context, runs.next());
  std::string id;
  runs.async_next(test::asio::bind_immediate_executor(
      test::asio::system_executor(),
      [&](simruns::error_code, simruns::run_ptr run) { id = run->id; }));
  CHECK(id == "b");
}
#endif
