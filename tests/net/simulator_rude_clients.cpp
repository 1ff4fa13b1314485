#include "simruns/simulator/simulator.hpp"

#include "net/simulator_raw_client.hpp"
#include "support/catch.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace sim = simruns::simulator;
using namespace std::chrono_literals;
using simulator_test::raw_client;
using simulator_test::request_text;

namespace {

std::string const good =
    "/testing/simulations/change-flight/batches/change-flight-batch-1/runs?projectId=demo-project";

sim::server_options with_key() {
  sim::server_options options;
  options.api_key = "key";
  return options;
}

/// Whether a well-behaved client is served.
bool serves(std::uint16_t port) {
  raw_client client{port};
  client.send(request_text("GET", good, "key"));
  auto const reply = client.receive();
  return reply && reply->result_int() == 200;
}

/// Processor time of this process.
std::chrono::nanoseconds cpu_time() {
  timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return std::chrono::seconds{spent.tv_sec} + std::chrono::nanoseconds{spent.tv_nsec};
}

template <class Action>
std::chrono::nanoseconds time_of(Action action) {
  auto const start = std::chrono::steady_clock::now();
  action();
  return std::chrono::steady_clock::now() - start;
}

}  // namespace

TEST_CASE("a head or a body beyond its limit is told so and closed") {
  sim::background_server const server{sim::generate(), with_key()};
  {
    raw_client client{server.port()};
    client.send(request_text("GET", good, "key", "X-Long: " + std::string(200'000, 'x') + "\r\n"));
    auto const reply = client.receive();
    REQUIRE(reply);
    CHECK(reply->result_int() == 431);
    CHECK(reply->at("Access-Control-Allow-Origin") == "*");
    CHECK(client.drain() == raw_client::ending::closed);
  }
  {
    raw_client client{server.port()};
    client.send(request_text("POST", good, "key", "Content-Length: 200000\r\n") +
                std::string(200'000, 'x'));
    auto const reply = client.receive();
    REQUIRE(reply);
    CHECK(reply->result_int() == 413);
    CHECK(client.drain() == raw_client::ending::closed);
  }
  CHECK(serves(server.port()));
}

TEST_CASE("what is not HTTP is a 400 with a field, and the end of the connection") {
  sim::background_server const server{sim::generate(), with_key()};
  std::vector<std::string> const nonsense{
      "hello\r\n\r\n",
      "GET\r\n\r\n",
      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      "GET / HTTP/1.1\r\nno colon\r\n\r\n",
      "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"};
  for (auto const& text : nonsense) {
    INFO(text);
    raw_client client{server.port()};
    client.send(text);
    auto const reply = client.receive();
    REQUIRE(reply);
    CHECK(reply->result_int() == 400);
    CHECK(reply->body().find("\"field\":\"request\"") != std::string::npos);
    CHECK(client.drain() == raw_client::ending::closed);
  }
  CHECK(serves(server.port()));
}

TEST_CASE("a client that sends nothing more after its request still gets its answer") {
  sim::background_server const server{sim::generate(), with_key()};
  raw_client client{server.port()};
  client.send(request_text("GET", good, "key"));
  client.finish_sending();
  CHECK(client.receive()->result_int() == 200);
  CHECK(client.drain() == raw_client::ending::closed);
}

TEST_CASE("a client that goes in the middle of its request is let go") {
  sim::background_server const server{sim::generate(), with_key()};
  auto const whole = request_text("GET", good, "key");
  for (std::size_t cut = 0; cut < whole.size(); cut += 7) {
    raw_client client{server.port()};
    client.send(whole.substr(0, cut));
    client.finish_sending();
    CHECK(client.drain() == raw_client::ending::closed);
    CHECK(client.input().empty());
  }
  CHECK(server.requests().empty());
  CHECK(serves(server.port()));
}

TEST_CASE("a client that drips its request is closed at the time limit") {
  auto options = with_key();
  options.read_timeout = 150ms;
  sim::background_server const server{sim::generate(), options};
  raw_client client{server.port()};
  auto const taken = time_of([&client] {
    while (client.send("G")) std::this_thread::sleep_for(5ms);
  });
  CHECK(taken < 5s);
  CHECK(serves(server.port()));
}

TEST_CASE("a client that does not take its answer is closed at the time limit") {
  auto options = with_key();
  options.write_timeout = 150ms;
  sim::generator_options plenty;
  plenty.runs = 100;
  sim::background_server const server{sim::generate(plenty), options};
  raw_client client{server.port()};
  std::string requests;
  for (int i = 0; i < 60; ++i) requests += request_text("GET", good + "&limit=100", "key");
  client.send(requests);
  std::this_thread::sleep_for(600ms);
  auto const answered = server.requests().size();
  CHECK(answered < 60);
  std::this_thread::sleep_for(200ms);
  CHECK(server.requests().size() == answered);
  CHECK(serves(server.port()));
}

TEST_CASE("idle, dripping and half-closed clients do not keep others from being served") {
  sim::background_server const server{sim::generate(), with_key()};
  std::vector<std::unique_ptr<raw_client>> crowd;
  for (int i = 0; i < 200; ++i) {
    crowd.push_back(std::make_unique<raw_client>(server.port()));
    if (i % 3 == 1) crowd.back()->send("GET / HT");
    if (i % 3 == 2) crowd.back()->finish_sending();
  }
  for (int i = 0; i < 20; ++i) CHECK(serves(server.port()));
}

TEST_CASE("connections beyond the limit are closed at once") {
  auto options = with_key();
  options.max_connections = 2;
  sim::background_server const server{sim::generate(), options};
  auto first = std::make_unique<raw_client>(server.port());
  raw_client second{server.port()};
  second.send(request_text("GET", good, "key"));
  CHECK(second.receive().has_value());
  raw_client third{server.port()};
  CHECK(third.drain() != raw_client::ending::open);
  first.reset();
  bool served = false;
  for (int i = 0; i < 100 && !served; ++i) {
    std::this_thread::sleep_for(10ms);
    served = serves(server.port());
  }
  CHECK(served);
}

TEST_CASE("stop closes clients that wait for their answer, and at once") {
  auto options = with_key();
  options.latency = 1h;
  sim::background_server server{sim::generate(), options};
  raw_client idle{server.port()};
  raw_client waiting{server.port()};
  waiting.send(request_text("GET", good, "key"));
  while (server.requests().empty()) std::this_thread::sleep_for(1ms);
  CHECK(time_of([&server] { server.stop(); }) < 1s);
  CHECK(waiting.drain() != raw_client::ending::open);
  CHECK(idle.drain() != raw_client::ending::open);
  CHECK_THROWS(raw_client{server.port()});
  CHECK(server.requests().size() == 1);
  server.stop();
}

TEST_CASE("stop may be called by several threads while clients come and go") {
  for (int round = 0; round < 10; ++round) {
    sim::background_server server{sim::generate(), with_key()};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&server] {
        try {
          for (int j = 0; j < 20; ++j) serves(server.port());
        } catch (std::runtime_error const&) {
          // refused: the server has stopped
        }
      });
    }
    threads.emplace_back([&server] { server.stop(); });
    threads.emplace_back([&server] { server.stop(); });
    for (auto& thread : threads) thread.join();
  }
}

TEST_CASE("a lack of file descriptors neither stops the server nor makes it spin") {
  sim::background_server const server{sim::generate(), with_key()};
  raw_client early{server.port()};
  early.send(request_text("GET", good, "key"));
  REQUIRE(early.receive());
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  auto lowered = before;
  lowered.rlim_cur = 256;
  ::setrlimit(RLIMIT_NOFILE, &lowered);
  std::vector<int> hoard;
  for (int file = ::open("/dev/null", O_RDONLY); file >= 0; file = ::open("/dev/null", O_RDONLY)) {
    hoard.push_back(file);
  }
  REQUIRE(!hoard.empty());
  ::close(hoard.back());
  hoard.pop_back();
  raw_client late{server.port()};  // takes the last descriptor: none is left to accept it with
  late.send(request_text("GET", good, "key"));
  auto const spent = cpu_time();
  std::this_thread::sleep_for(300ms);
  CHECK(cpu_time() - spent < 150ms);
  early.send(request_text("GET", good, "key"));
  CHECK(early.receive().has_value());
  for (int const file : hoard) ::close(file);
  ::setrlimit(RLIMIT_NOFILE, &before);
  CHECK(late.receive().has_value());
}
