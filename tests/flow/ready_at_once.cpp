// Awaits whose results are all there at once: others on the executor have their turn all the same.

#include "support/catch.hpp"
#include "support/run_io.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using simruns::errc;
using simruns::testing::page_of;
using simruns::testing::sample_paging;
using simruns::testing::scripted_transport;

namespace {

/// Answers at once with the pages of a batch of one run each: `c7` leads to page 7.
simruns::http_response page_of_target(std::string const& target, std::int64_t pages) {
  auto const at = target.find("next=c");
  auto const number = at == target.npos ? 0 : std::stoll(target.substr(at + 6));
  sample_paging paging;
  paging.total = pages;
  paging.skip = number;
  if (number + 1 < pages) paging.next = "c" + std::to_string(number + 1);
  return simruns::http_response(200, page_of({"r" + std::to_string(number)}, paging));
}

/// A network that answers at once, and sees how many more requests come before a handler that was
/// posted gets its turn.
struct watched_network {
  test::asio::io_context& context;
  std::shared_ptr<scripted_transport> link = std::make_shared<scripted_transport>();
  std::int64_t requests = 0;
  std::int64_t latest = 0;  ///< How many requests came between the handler's post and its turn.

  watched_network(test::asio::io_context& c,
                  std::function<simruns::http_response(std::string const&)> answer)
      : context(c) {
    link->always_call([this, answer](simruns::http_request const& request) {
      if (++requests == 10) {
        test::asio::post(context, [this, at = requests] { latest = requests - at; });
      }
      return answer(request.target);
    });
  }
};

constexpr std::int64_t many = 10'000;

}  // namespace

TEST_CASE("a walk over a network that answers at once takes one turn a page, however far ahead") {
  auto const prefetch = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{10'000});
  test::asio::io_context context;
  watched_network net(context, [](auto const& target) { return page_of_target(target, many); });
  auto client = test::scripted_client(context.get_executor(), net.link, prefetch);
  auto runs = test::share(client.runs(test::query().page_size(1)));
  auto const got = test::run(context, test::read_all(runs));
  CHECK_FALSE(got.code);
  CHECK(got.ids.size() == many);
  CHECK(net.latest <= 2);
}

TEST_CASE("windows over a network that answers at once take one turn a page as well") {
  test::asio::io_context context;
  std::int64_t const pages = 5'000;
  watched_network net(context, [&](std::string const& target) {
    auto const skip = target.find("skip=");
    auto const first = skip == target.npos ? 0 : std::stoll(target.substr(skip + 5));
    sample_paging paging;
    paging.total = pages + 1;
    paging.skip = first;
    paging.limit = 2;
    if (first + 2 < pages + 1) paging.next = "c" + std::to_string(first + 2);
    return simruns::http_response(
        200, page_of({"r" + std::to_string(first), "r" + std::to_string(first + 1)}, paging));
  });
  auto client = test::scripted_client(context.get_executor(), net.link, 10'000);
  auto runs = test::share(client.runs(test::query().page_size(2)));
  auto const got = test::run(context, test::read_all(runs));
  CHECK_FALSE(got.code);
  CHECK(runs->completeness().walk == simruns::walk_kind::windows);
  CHECK(got.ids.size() == static_cast<std::size_t>(pages + 1));
}

TEST_CASE("pages that are asked for one by one in a loop take one turn each") {
  test::asio::io_context context;
  watched_network net(context, [](auto const& target) { return page_of_target(target, many); });
  auto client = test::scripted_client(context.get_executor(), net.link);
  auto const loop = [](simruns::client c) -> test::asio::awaitable<bool> {
    for (std::int64_t i = 0; i < many; ++i) {
      auto const page = co_await c.fetch_page(test::query());
      if (page.size() != 1) co_return false;
    }
    co_return true;
  };
  CHECK(test::run(context, loop(client)));
  CHECK(net.requests == many);
  CHECK(net.latest <= 2);
}

TEST_CASE("handlers that ask for the next page at once take one turn each") {
  test::asio::io_context context;
  watched_network net(context, [](auto const& target) { return page_of_target(target, many); });
  auto client = test::scripted_client(context.get_executor(), net.link, 0);
  auto runs = client.runs(test::query().page_size(1));
  std::int64_t pages = 0;
  std::function<void(simruns::error_code, simruns::page)> take = [&](simruns::error_code failed,
                                                                     simruns::page const& page) {
    CHECK_FALSE(failed);
    if (!page) return;
    ++pages;
    runs.async_next_page(take);
  };
  runs.async_next_page(take);
  context.run();
  CHECK(pages == many);
  CHECK(net.latest <= 2);
}

TEST_CASE("a follower that polls at once hears its timers, and that it is closed") {
  test::asio::io_context context;
  std::function<void()> close;
  watched_network net(context, [&](std::string const&) {
    if (net.requests > many) throw std::runtime_error("it polls without an end");
    return simruns::http_response(200, page_of({}));
  });
  auto client = test::scripted_client(context.get_executor(), net.link);
  auto options = simruns::follow_options().poll_interval(0ms).until_batch_ends(false);
  auto runs = client.follow(test::query(), options);
  simruns::error_code ended;
  runs.async_next([&](simruns::error_code code, simruns::run_ptr const&) { ended = code; });
  test::asio::steady_timer timer(context, 1ms);
  timer.async_wait([&](simruns::error_code) { runs.close(); });
  context.run();
  CHECK(ended == errc::cancelled);
  CHECK(net.latest <= 2);
}

TEST_CASE("attempts that fail at once, without a pause between them, take one turn each") {
  test::asio::io_context context;
  watched_network net(context, [](auto const&) { return simruns::http_response(503, ""); });
  auto config = test::config();
  config.max_attempts = 100;
  config.backoff_cap = 0ms;
  simruns::client client(context.get_executor(), config, simruns::credentials::api_key("k"),
                         net.link);
  auto const got = test::run(context, client.try_fetch_page(test::query()));
  CHECK(got.error().code == errc::server);
  CHECK(net.requests > 50);
  CHECK(net.latest <= 2);
}
