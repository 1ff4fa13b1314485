#include "simruns/async/wait_line.hpp"

#include "support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace asio = boost::asio;
using simruns::detail::wait_line;
using simruns::detail::wait_slot;

namespace {

/// Things to be had, one for each who waits.
struct counter {
  explicit counter(asio::io_context& context) : line(context.get_executor()) {}

  void add(int more) {
    here += more;
    line.wake();
  }

  wait_line line;
  int here = 0;
  std::vector<int> served;
};

asio::awaitable<bool> take_one(counter* from, int name) {
  wait_slot const slot(from->line);
  while (!slot.is_first() || from->here == 0) {
    bool const wanted = co_await slot.wait();
    if (!wanted) co_return false;
  }
  --from->here;
  from->served.push_back(name);
  co_return true;
}

struct waiting {
  asio::cancellation_signal stop;
  std::optional<bool> took;

  void begin(asio::io_context& context, counter& from, int name) {
    asio::co_spawn(context, take_one(&from, name),
                   asio::bind_cancellation_slot(
                       stop.slot(), [this](std::exception_ptr, bool got) { took = got; }));
  }
};

void settle(asio::io_context& context) {
  context.restart();
  context.poll();
}

}  // namespace

TEST_CASE(
    "those in a line are served in the order in which they came, as many as there are things") {
  asio::io_context context;
  counter things(context);
  std::deque<waiting> all(5);
  for (int i = 0; i < 5; ++i) all[static_cast<std::size_t>(i)].begin(context, things, i);
  settle(context);
  CHECK(things.served.empty());
  things.add(1);
  settle(context);
  CHECK(things.served == std::vector<int>{0});
  things.add(3);
  settle(context);
  CHECK(things.served == std::vector<int>{0, 1, 2, 3});
  things.add(1);
  settle(context);
  CHECK(things.line.empty());
}

TEST_CASE("a thing that comes in the moment in which its taker is cancelled goes to the next") {
  for (bool const cancelled_first : {false, true}) {
    asio::io_context context;
    counter things(context);
    std::deque<waiting> all(3);
    for (int i = 0; i < 3; ++i) all[static_cast<std::size_t>(i)].begin(context, things, i);
    settle(context);
    if (cancelled_first) all[0].stop.emit(asio::cancellation_type::terminal);
    things.add(1);
    if (!cancelled_first) all[0].stop.emit(asio::cancellation_type::terminal);
    settle(context);
    // Who was woken and then cancelled, in one step, may take it or not: that is Asio's to say, and
    // its versions differ.
    REQUIRE(things.served.size() == 1);
    CHECK(things.served.front() <= 1);
    if (cancelled_first) CHECK(things.served.front() == 1);
    CHECK(things.here == 0);
    CHECK_FALSE(all[2].took.has_value());
  }
}

TEST_CASE("who leaves the middle of a line leaves the others as they were") {
  asio::io_context context;
  counter things(context);
  std::deque<waiting> all(3);
  for (int i = 0; i < 3; ++i) all[static_cast<std::size_t>(i)].begin(context, things, i);
  settle(context);
  all[1].stop.emit(asio::cancellation_type::terminal);
  settle(context);
  CHECK(all[1].took == false);
  things.add(2);
  settle(context);
  CHECK(things.served == std::vector<int>{0, 2});
}

TEST_CASE("a wait ends at its moment, and a wake without anybody in line is nothing") {
  asio::io_context context;
  wait_line line(context.get_executor());
  line.wake();
  bool woken = false;
  auto const wait = [](wait_line in, bool* to) -> asio::awaitable<void> {
    wait_slot const slot(in);
    *to = co_await slot.wait(std::chrono::steady_clock::now());
  };
  asio::co_spawn(context, wait(line, &woken), [](std::exception_ptr) {});
  context.run();
  CHECK(woken);
  CHECK(line.empty());
}

TEST_CASE("a line and those in it may outlive their execution context") {
  auto context = std::make_unique<asio::io_context>();
  counter things(*context);
  waiting one;
  one.begin(*context, things, 0);
  settle(*context);
  CHECK_FALSE(things.line.empty());
  context.reset();
  CHECK_FALSE(one.took.has_value());
  CHECK(things.line.empty());
  things.line.wake();
}
