// Streams that race: operations of which one is taken and the others are dropped.

#include "support/catch.hpp"
#include "support/run_io.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <set>

using namespace boost::asio::experimental::awaitable_operators;
using simruns::testing::page_of;
using simruns::testing::scripted_transport;

namespace {

using generator = std::shared_ptr<simruns::run_generator>;

generator one_page(test::asio::io_context& context, std::vector<std::string> const& ids) {
  auto link = std::make_shared<scripted_transport>();
  link->then_page(page_of(ids));
  auto client = test::scripted_client(context.get_executor(), link);
  return test::share(client.runs(test::query()));
}

/// Which runs come to a caller that races two streams until both have ended.
using race = test::asio::awaitable<simruns::run_ptr> (*)(generator, generator, bool, bool);

test::asio::awaitable<std::multiset<std::string>> read_both(generator a, generator b,
                                                            race next_of_either) {
  co_await a->wait_ready();
  co_await b->wait_ready();
  std::multiset<std::string> ids;
  for (int i = 0; i < 8; ++i) {
    bool const a_has = co_await a->wait_ready();
    bool const b_has = co_await b->wait_ready();
    if (!a_has && !b_has) break;
    auto const run = co_await next_of_either(a, b, a_has, b_has);
    if (run) ids.emplace(run->id);
  }
  co_return ids;
}

test::asio::awaitable<simruns::run_ptr> by_next(generator a, generator b, bool a_has, bool b_has) {
  if (!a_has) co_return co_await b->next();
  if (!b_has) co_return co_await a->next();
  auto const first = co_await (a->next() || b->next());
  if (first.index() == 0) co_return std::get<0>(first);
  co_return std::get<1>(first);
}

test::asio::awaitable<simruns::run_ptr> by_token(generator a, generator b, bool a_has, bool b_has) {
  if (!a_has) co_return co_await b->next();
  if (!b_has) co_return co_await a->next();
  auto const first = co_await (a->async_next(test::asio::use_awaitable) ||
                               b->async_next(test::asio::use_awaitable));
  if (first.index() == 0) co_return std::get<0>(first);
  co_return std::get<1>(first);
}

test::asio::awaitable<simruns::run_ptr> by_readiness(generator a, generator b, bool, bool) {
  // [extract]
  auto const first = co_await (a->wait_ready() || b->wait_ready());
  simruns::run_ptr run = first.index() == 0 ? a->next_if_ready() : b->next_if_ready();
  // [/extract]
  if (!run) run = first.index() == 0 ? b->next_if_ready() : a->next_if_ready();
  co_return run;
}

}  // namespace

TEST_CASE("two streams that race with runs in hand lose none") {
  auto const next_of_either = GENERATE(by_next, by_token, by_readiness);
  bool const on_strand = GENERATE(false, true);
  test::asio::io_context context;
  auto a = one_page(context, {"a1", "a2", "a3", "a4"});
  auto b = one_page(context, {"b1", "b2", "b3", "b4"});
  std::multiset<std::string> ids;
  auto keep = [&](std::exception_ptr thrown, std::multiset<std::string> got) {
    if (thrown) std::rethrow_exception(thrown);
    ids = std::move(got);
  };
  if (on_strand) {
    auto strand = test::asio::make_strand(context);
    test::asio::co_spawn(strand, read_both(a, b, next_of_either), keep);
  } else {
    test::asio::co_spawn(context, read_both(a, b, next_of_either), keep);
  }
  context.run();
  CHECK(ids == std::multiset<std::string>{"a1", "a2", "a3", "a4", "b1", "b2", "b3", "b4"});
  for (auto const& runs : {a, b}) {
    CHECK(runs->completeness().handed == 4);
    CHECK(runs->completeness().verdict() == simruns::walk_verdict::complete);
  }
}

TEST_CASE("a walk whose runs were not all handed to the caller is not complete") {
  test::asio::io_context context;
  auto runs = one_page(context, {"a", "b"});
  test::run(context, runs->next());
  CHECK(runs->completeness().handed == 1);
  CHECK(runs->completeness().verdict() != simruns::walk_verdict::complete);
  test::run(context, runs->next());
  CHECK(runs->completeness().verdict() == simruns::walk_verdict::complete);
}

TEST_CASE("in a parallel group every run that is taken comes with the group's results") {
  test::asio::io_context context;
  auto a = one_page(context, {"a"});
  auto b = one_page(context, {"b"});
  test::run(context, a->wait_ready());
  test::run(context, b->wait_ready());
  std::multiset<std::string> ids;
  test::asio::experimental::make_parallel_group(a->async_next(test::asio::deferred),
                                                b->async_next(test::asio::deferred))
      .async_wait(test::asio::experimental::wait_for_one(),
                  [&](auto, simruns::error_code, simruns::run_ptr first, simruns::error_code,
                      simruns::run_ptr second) {
                    if (first) ids.emplace(first->id);
                    if (second) ids.emplace(second->id);
                  });
  context.restart();
  context.run();
  for (auto const& runs : {a, b}) {
    if (auto const left = runs->next_if_ready()) ids.emplace(left->id);
  }
  CHECK(ids == std::multiset<std::string>{"a", "b"});
}
