#include "hanging_once.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/gated_server.hpp"
#include "support/http_client.hpp"
#include "support/own_process.hpp"

#include <unistd.h>

#include <deque>
#include <string>
#include <thread>

using boost::asio::execution_context;

namespace {

/// A server on a thread of its own, whose pages have the batch that was asked for as their run.
class echo_server {
 public:
  echo_server() : server_(context_, &page_for), thread_([this] { context_.run(); }) {}
  ~echo_server() {
    context_.stop();
    thread_.join();
  }

  boost::asio::ip::tcp::endpoint endpoint() const { return server_.endpoint(); }
  int accepted() const { return server_.accepted(); }
  int waiting() const { return server_.waiting(); }

  void close_gate() {
    boost::asio::post(context_, [this] { server_.close_gate(); });
  }
  void open_gate() {
    boost::asio::post(context_, [this] { server_.open_gate(); });
  }

 private:
  static std::string page_for(std::string const& head) {
    static constexpr std::string_view before = "/batches/";
    auto const begin = head.find(before) + before.size();
    return test::answer(
        simruns::testing::page_of({head.substr(begin, head.find('/', begin) - begin)}));
  }

  boost::asio::io_context context_;
  test::gated_server server_;
  std::thread thread_;
};

simruns::client_config plain_config() {
  simruns::client_config out("http://simulator.test");
  out.max_attempts = 1;
  return out;
}

/// Whether a page of a batch is that batch's.
bool gets(test::http_client& client, std::string const& batch) {
  simruns::run_query const query("p", "s", batch);
  auto const got = test::run(*client.context, client.client->try_fetch_page(query));
  return got && got->size() == 1 && (*got)[0].id == batch;
}

/// Forks as Asio asks for. Whether this is the child.
bool fork_with(test::asio::io_context& context, pid_t& child) {
  context.notify_fork(execution_context::fork_prepare);
  child = ::fork();
  context.notify_fork(child == 0 ? execution_context::fork_child : execution_context::fork_parent);
  return child == 0;
}

/// Has so many connections kept.
void keep_connections(test::http_client& client, echo_server& server, int count) {
  server.close_gate();
  std::deque<std::optional<simruns::result<simruns::page>>> got;
  for (int i = 0; i < count; ++i) {
    auto& one = got.emplace_back();
    test::asio::co_spawn(
        *client.context, client.client->try_fetch_page(test::query()),
        [&one](std::exception_ptr, simruns::result<simruns::page> r) { one = std::move(r); });
  }
  while (server.waiting() < count) client.context->run_one_for(std::chrono::milliseconds(10));
  server.open_gate();
  client.context->run();
  for (auto const& one : got) REQUIRE(one->has_value());
}

}  // namespace

// These are run by the case at the end, each in a process of its own.

TEST_CASE("a fork with idle connections", "[.forks]") {
  echo_server server;
  test::http_client client(plain_config(), test::answers_of({{server.endpoint()}}));
  keep_connections(client, server, 4);
  pid_t child = 0;
  if (fork_with(*client.context, child)) {
    for (int i = 0; i < 100; ++i) {
      if (!gets(client, "of-the-child")) ::_exit(1);
    }
    ::_exit(0);
  }
  for (int i = 0; i < 100; ++i) REQUIRE(gets(client, "of-the-parent"));
  CHECK(test::exit_status_of(child) == 0);
  CHECK(server.accepted() == 5);  // the parent's four, and one of the child's
}

TEST_CASE("a fork that the context is not told of, with idle connections", "[.forks]") {
  echo_server server;
  test::http_client client(plain_config(), test::answers_of({{server.endpoint()}}));
  keep_connections(client, server, 2);
  pid_t const child = ::fork();
  if (child == 0) ::_exit(gets(client, "of-the-child") ? 0 : 1);
  CHECK(test::exit_status_of(child) == 0);
  CHECK(server.accepted() == 3);
}

TEST_CASE("a fork while a response is awaited", "[.forks]") {
  echo_server server;
  test::http_client client(plain_config(), test::answers_of({{server.endpoint()}}));
  bool const kept = GENERATE(false, true);
  if (kept) keep_connections(client, server, 1);
  server.close_gate();
  client.got.reset();
  client.context->restart();
  client.begin();
  client.run_until([&] { return server.waiting() == 1; });
  pid_t child = 0;
  if (fork_with(*client.context, child)) {
    client.context->run();
    ::_exit(client.got && client.got->has_value() ? 0 : 1);
  }
  CHECK(test::eventually([&] { return server.waiting() == 2; }));
  server.open_gate();
  CHECK(test::exit_status_of(child) == 0);
  client.context->run();
  REQUIRE(client.got.has_value());
  CHECK(client.got->has_value());
  CHECK(server.accepted() == 2);
}

TEST_CASE("a fork while a stream is read", "[.forks]") {
  echo_server server;
  test::http_client client(plain_config(), test::answers_of({{server.endpoint()}}));
  auto runs = test::share(client.client->runs(test::query()));
  server.close_gate();
  std::optional<test::walked> walked;
  test::asio::co_spawn(*client.context, test::read_all(runs),
                       [&](std::exception_ptr, test::walked w) { walked = std::move(w); });
  client.run_until([&] { return server.waiting() == 1; });
  pid_t child = 0;
  bool const is_child = fork_with(*client.context, child);
  if (!is_child) {
    CHECK(test::eventually([&] { return server.waiting() == 2; }));
    server.open_gate();
  }
  client.context->run();
  bool const well = walked && walked->ids == std::vector<std::string>{"b"} && !walked->code;
  if (is_child) ::_exit(well ? 0 : 1);
  CHECK(well);
  CHECK(test::exit_status_of(child) == 0);
}

TEST_CASE("a fork at any moment of an attempt", "[.forks]") {
  using test::moment;
  auto const when = GENERATE(moment::resolving, moment::connecting, moment::shaking_hands,
                             moment::in_the_tunnel, moment::sending, moment::reading);
  INFO(name_of(when));
  test::hanging_once hanging(when);
  hanging.begin();
  auto& client = hanging.client();
  pid_t child = 0;
  if (fork_with(*client.context, child)) {
    client.context->run();
    ::_exit(client.got && client.got->has_value() ? 0 : 1);
  }
  CHECK(test::exit_status_of(child) == 0);
  client.cancel();
  REQUIRE(client.got.has_value());
  CHECK(client.got->error().code == simruns::errc::cancelled);
}

TEST_CASE("a child of fork has connections of its own, and never reads its parent's responses") {
  CHECK(test::run_in_own_process("[.forks]") == 0);
}
