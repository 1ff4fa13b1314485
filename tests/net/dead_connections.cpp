#include "simruns/request/make_request.hpp"
#include "simruns/transport/detail/uptime_clock.hpp"
#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "support/gated_server.hpp"
#include "support/http_client.hpp"
#include "support/own_process.hpp"
#include "support/run_io.hpp"
#include "support/scratch.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <deque>
#include <fstream>
#include <string>

using simruns::errc;
using simruns::request_event;
using test::answer;
using test::scripted_server;
using test::two_runs;
using namespace std::chrono_literals;

namespace {

/// A client and its server in one context.
struct watched {
  explicit watched(std::chrono::milliseconds idle = std::chrono::minutes(1),
                   std::chrono::milliseconds attempt = std::chrono::seconds(30))
      : server(context, two_runs) {
    simruns::client_config config("http://127.0.0.1:" + std::to_string(server.endpoint().port()));
    config.max_attempts = 1;
    config.attempt_timeout = attempt;
    config.on_event = [this](request_event const& event) { events.push_back(event); };
    auto link = std::make_shared<simruns::http_transport>(context.get_executor(), config,
                                                          simruns::system_lookup, idle);
    client.emplace(context.get_executor(), config, simruns::credentials::api_key("k"),
                   std::move(link));
  }

  bool reaches(auto const& holds) { return test::reaches(context, holds); }

  using outcome = std::optional<simruns::result<simruns::page>>;

  void begin(outcome& into) {
    test::asio::co_spawn(
        context, client->try_fetch_page(test::query()),
        [&into](std::exception_ptr, simruns::result<simruns::page> r) { into = std::move(r); });
  }

  bool fetches() {
    outcome got;
    begin(got);
    REQUIRE(reaches([&] { return got.has_value(); }));
    return got->has_value();
  }

  /// Has so many connections kept.
  void keep(int count) {
    server.close_gate();
    std::deque<outcome> all;
    for (int i = 0; i < count; ++i) begin(all.emplace_back());
    REQUIRE(reaches([&] { return server.waiting() == count; }));
    server.open_gate();
    REQUIRE(reaches([&] {
      return std::all_of(all.begin(), all.end(), [](auto const& one) { return one.has_value(); });
    }));
    REQUIRE(server.accepted() == count);
    events.clear();
  }

  test::asio::io_context context;
  test::gated_server server;
  std::vector<request_event> events;
  std::optional<simruns::client> client;
};

}  // namespace

TEST_CASE("connections that died while they were idle cost no attempt, and one wait together") {
  watched made;
  made.keep(8);
  SECTION("the server is silent on them") { made.server.fall_silent(); }
  SECTION("the server resets them") { made.server.reset_when_asked(); }
  CHECK(made.fetches());
  CHECK(made.server.accepted() == 9);
  REQUIRE(made.events.size() == 2);  // one attempt, and its answer
  CHECK(made.events[1].what == request_event::kind::answered);
  // Those that died beside it are gone, and the new one is used.
  made.server.close_gate();
  std::deque<watched::outcome> all(2);
  for (auto& one : all) made.begin(one);
  REQUIRE(made.reaches([&] { return made.server.waiting() == 2; }));
  made.server.open_gate();
  REQUIRE(made.reaches([&] { return all[0] && all[1]; }));
  CHECK((all[0]->has_value() && all[1]->has_value()));
  CHECK(made.server.accepted() == 10);
}

TEST_CASE("several requests at a time on dead connections each get a new one") {
  watched made(1min, 2s);
  made.keep(4);
  made.server.fall_silent();
  std::deque<watched::outcome> all(4);
  for (auto& one : all) made.begin(one);
  REQUIRE(made.reaches([&] { return all[0] && all[1] && all[2] && all[3]; }));
  for (auto const& one : all) CHECK(one->has_value());
  CHECK(made.server.accepted() == 8);
}

TEST_CASE("a connection that was used since the other died is kept") {
  watched made(1min, 2s);
  made.keep(1);
  made.server.fall_silent();
  watched::outcome on_dead;
  watched::outcome on_new;
  made.begin(on_dead);
  made.begin(on_new);
  REQUIRE(made.reaches([&] { return on_new.has_value(); }));
  REQUIRE(made.reaches([&] { return on_dead.has_value(); }));
  CHECK((on_dead->has_value() && on_new->has_value()));
  auto const before = made.server.accepted();
  CHECK(made.fetches());
  CHECK(made.server.accepted() == before);
}

TEST_CASE("a silent new connection is the server's, and a timeout") {
  watched made(1min, 300ms);
  made.server.close_gate();
  watched::outcome got;
  made.begin(got);
  REQUIRE(made.reaches([&] { return got.has_value(); }));
  REQUIRE(got->has_error());
  CHECK(got->error().code == errc::timeout);
  CHECK(made.server.accepted() == 1);
}

TEST_CASE("a server that is dead, with its kept connections, is a timeout of the attempt") {
  watched made(1min, 400ms);
  made.keep(2);
  made.server.close_gate();
  watched::outcome got;
  made.begin(got);
  REQUIRE(made.reaches([&] { return got.has_value(); }));
  REQUIRE(got->has_error());
  CHECK(got->error().code == errc::timeout);
  CHECK(got->error().message.find("attempt_timeout of 0.4 s") == 0);
}

TEST_CASE("a server that is known to be slow is not asked twice") {
  auto const attempt = GENERATE(30s, 4s);  // of 4 s the server takes more than half
  watched made(1min, attempt);
  auto const answer_after = [&](std::chrono::milliseconds pause) {
    made.server.close_gate();
    watched::outcome got;
    made.begin(got);
    auto const open_at = std::chrono::steady_clock::now() + pause;
    REQUIRE(made.reaches([&] { return std::chrono::steady_clock::now() > open_at; }));
    CHECK(made.server.waiting() == 1);
    made.server.open_gate();
    REQUIRE(made.reaches([&] { return got.has_value(); }));
    CHECK(got->has_value());
  };
  answer_after(attempt == 4s ? 2100ms : 1s);
  answer_after(2500ms);
  CHECK(made.server.accepted() == 1);
}

TEST_CASE("a response that has begun has all of the attempt's time") {
  auto slow = scripted_server::reply(answer(two_runs), false);
  slow.pace = std::chrono::milliseconds(3);  // some 900 ms in all
  scripted_server server({{scripted_server::reply(answer(two_runs), false), slow}});
  simruns::client_config config("http://simulator.test");
  config.max_attempts = 1;
  config.attempt_timeout = 20s;
  test::http_client client(config, test::answers_of({{server.endpoint()}}));
  CHECK(client.fetch().has_value());
  CHECK(client.fetch().has_value());
  CHECK(server.accepted() == 1);
}

TEST_CASE("TLS: a connection that died while it was idle costs no attempt") {
  test::certificate const own(test::certificate::recipe("own", "DNS:simulator.test"));
  test::scratch const folder;
  auto const ca_file = folder.file("ca.pem");
  std::ofstream(ca_file) << own.pem();
  auto tls = own.server_context();
  bool const silent = GENERATE(true, false);
  scripted_server server(
      {{scripted_server::reply(answer(two_runs), false), scripted_server::reply("", !silent)},
       {scripted_server::reply(answer(two_runs))}},
      &tls);
  simruns::client_config config("https://simulator.test");
  config.max_attempts = 1;
  config.attempt_timeout = 3s;
  config.ca_file = ca_file;
  test::http_client client(config, test::answers_of({{server.endpoint()}}));
  CHECK(client.fetch().has_value());
  CHECK(client.fetch().has_value());
  CHECK(server.accepted() == 2);
}

TEST_CASE("a 408 that gives up a kept connection costs no attempt; on a new one it counts") {
  auto const farewell = answer("", "Connection: close\r\n", "408 Request Timeout");
  scripted_server server({{scripted_server::reply(answer(two_runs), false), farewell},
                          {scripted_server::reply(answer(two_runs))},
                          {farewell}});
  simruns::client_config config("http://simulator.test");
  config.max_attempts = 1;
  test::http_client client(config, test::answers_of({{server.endpoint()}}));
  CHECK(client.fetch().has_value());
  CHECK(client.fetch().has_value());
  auto const given_up = client.fetch();
  REQUIRE(given_up.has_error());
  CHECK(given_up.error().code == errc::timeout);
}

TEST_CASE("an idle connection is closed when the server closes it, and at the idle limit") {
  SECTION("the server closes") {
    watched made;
    made.keep(3);
    made.server.end_all();
    CHECK(made.reaches([&] { return made.server.left() == 3; }));
  }
  SECTION("the idle limit") {
    watched made(300ms);
    made.keep(3);
    CHECK(made.reaches([&] { return made.server.left() == 3; }));
  }
  SECTION("again and again") {
    watched made;
    for (int i = 1; i <= 3; ++i) {
      CHECK(made.fetches());
      made.server.end_all();
      CHECK(made.reaches([&] { return made.server.left() == i; }));
    }
  }
}

TEST_CASE("a kept connection keeps no context from ending, nor a context that has gone in memory") {
  scripted_server server({{scripted_server::reply(answer(two_runs), false)}});
  simruns::client_config const config("http://simulator.test");
  test::http_client client(config, test::answers_of({{server.endpoint()}}));
  CHECK(client.fetch().has_value());  // which runs the context to its end
  CHECK(client.context->stopped());
  client.context.reset();
}

TEST_CASE("limits as long as can be said are no limits") {
  using std::chrono::milliseconds;
  watched made(milliseconds::max());
  CHECK(made.fetches());
  CHECK(made.fetches());
  CHECK(made.server.accepted() == 1);
  watched forgets(milliseconds::min());
  CHECK(forgets.fetches());
  CHECK(forgets.fetches());
  CHECK(forgets.server.accepted() == 2);

  scripted_server server({{scripted_server::reply(answer(two_runs))}});
  simruns::client_config const config(server.url());
  test::asio::io_context context;
  simruns::http_transport link(context.get_executor(), config);
  simruns::attempt_limits limits;
  limits.connect_timeout = limits.attempt_timeout = milliseconds::max();
  auto const who = simruns::credentials::api_key("k");
  auto const request = simruns::make_request(config, who, test::query(), {});
  CHECK(test::run(context, link.exchange(request, limits)).body == two_runs);
}

namespace {

constexpr int not_allowed = 77;

/// Lets an hour pass for this process, as if the machine had slept. False: it may not. Requires: it
/// has one thread.
bool sleep_for_an_hour() {
  if (::unshare(CLONE_NEWTIME) != 0) return false;
  std::ofstream("/proc/self/timens_offsets") << "boottime 3600 0\n" << std::flush;
  int const later = ::open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
  bool const set = ::setns(later, CLONE_NEWTIME) == 0;
  ::close(later);
  return set;
}

/// Has every further thread of this process fail to start.
void allow_no_threads() {
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, std::size_t{1} << 46);
  ::pthread_setattr_default_np(&attributes);
}

}  // namespace

// Run by the case below, in a process of its own.
TEST_CASE("a machine that slept for an hour", "[.slept]") {
  allow_no_threads();
  watched made;
  CHECK(made.fetches());
  CHECK(made.fetches());
  CHECK(made.server.accepted() == 1);
  auto const before = simruns::detail::uptime_clock::now();
  if (!sleep_for_an_hour()) std::_Exit(not_allowed);
  REQUIRE(simruns::detail::uptime_clock::now() - before > 59min);
  CHECK(made.fetches());
  CHECK(made.server.accepted() == 2);
}

TEST_CASE("the idle limit counts the time that the machine slept") {
  int const ended = test::run_in_own_process("[.slept]");
  if (ended == not_allowed) {
    WARN("this process may not set a clock of its own on");
  } else {
    CHECK(ended == 0);
  }
}
