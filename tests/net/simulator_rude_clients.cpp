#include "simruns/simulator/simulator.hpp"

#include "net/simulator_raw_client.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <boost/asio/io_context.hpp>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace sim = simruns::simulator;
using namespace std::chrono_literals;
using simulator_test::good;
using simulator_test::one_batch;
using simulator_test::raw_client;
using simulator_test::request_text;
using simulator_test::shared;
using simulator_test::with_key;

namespace {

/// Whether a well-behaved client is served.
bool serves(std::uint16_t port) {
  raw_client client{port};
  client.send(request_text("GET", good, "key"));
  auto const reply = client.receive();
  return reply && reply->result_int() == 200;
}

/// The limit on open files, while the object lives: `most`, or what the system allows below it.
class file_limit {
 public:
  explicit file_limit(rlim_t most) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    auto changed = before_;
    changed.rlim_cur = std::min(most, before_.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &changed);
    now_ = changed.rlim_cur;
  }
  file_limit(file_limit const&) = delete;
  file_limit& operator=(file_limit const&) = delete;
  ~file_limit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  rlim_t now() const noexcept { return now_; }

 private:
  rlimit before_{};
  rlim_t now_ = 0;
};

/// Bytes of memory that this process has in use.
std::size_t memory() {
  std::size_t all = 0;
  std::size_t resident = 0;
  std::ifstream{"/proc/self/statm"} >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// A sanitizer keeps what was freed, and shadows the rest: what is resident says nothing then.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool memory_is_ours = false;
#elif defined(__has_feature)
constexpr bool memory_is_ours =
    !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer);
#else
constexpr bool memory_is_ours = true;
#endif

}  // namespace

TEST_CASE("a head or a body beyond its limit is told so and closed") {
  auto const& server = shared();
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
  auto const& server = shared();
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
  auto const& server = shared();
  raw_client client{server.port()};
  client.send(request_text("GET", good, "key"));
  client.finish_sending();
  CHECK(client.receive()->result_int() == 200);
  CHECK(client.drain() == raw_client::ending::closed);
}

TEST_CASE("a client that goes in the middle of its request is let go") {
  sim::background_server const server{one_batch(), with_key()};
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
  sim::background_server const server{one_batch(), options};
  raw_client client{server.port()};
  bool closed = false;
  for (int bytes = 0; bytes < 10'000 && !closed; ++bytes) {
    closed = !client.send("G") || client.ends_within(5ms);
  }
  CHECK(closed);
  CHECK(serves(server.port()));
}

TEST_CASE("a client that does not take its answer is closed at the time limit") {
  auto options = with_key();
  options.write_timeout = 150ms;
  options.max_connections = 1;
  sim::generator_options plenty;
  plenty.runs = 100;
  sim::background_server const server{sim::generate(plenty), options};
  raw_client client{server.port()};
  std::string requests;
  for (int i = 0; i < 60; ++i) requests += request_text("GET", good + "&limit=100", "key");
  client.send(requests);
  REQUIRE(test::eventually([&] { return !server.requests().empty(); }));
  CHECK(test::eventually([&] { return serves(server.port()); }));  // its place is free
  CHECK(server.requests().size() < 60);
}

TEST_CASE("a thousand rude clients neither keep others from being served nor fill the memory") {
  file_limit const files{8192};
  std::size_t const most = std::min<std::size_t>(1000, (files.now() - 200) / 2);
  sim::background_server const server{one_batch(), with_key()};
  REQUIRE(serves(server.port()));
  auto const before = memory();
  std::string const head = "GET " + good + " HTTP/1.1\r\nHost: localhost\r\nX-Long: ";
  std::string const long_head = head + std::string(60'000, 'x');
  std::string const too_long = head + std::string(200'000, 'x');
  std::string const body = request_text("POST", good, "key", "Content-Length: 60000\r\n");
  std::vector<std::unique_ptr<raw_client>> crowd;
  for (std::size_t i = 0; i < most; ++i) {
    auto& client = *crowd.emplace_back(std::make_unique<raw_client>(server.port()));
    if (i % 7 == 1) client.send(long_head);                        // never ends its head
    if (i % 7 == 2) client.send(too_long);                         // a 431
    if (i % 7 == 3) client.send(body + std::string(50'000, 'x'));  // never ends its body
    if (i % 7 == 4) client.send(head);
    if (i % 7 == 4) client.finish_sending();                        // half a request, half-closed
    if (i % 7 == 5) client.send(request_text("GET", good, "key"));  // never takes its answer
    if (i % 7 == 6) client.finish_sending();
  }
  for (int round = 0; round < 20; ++round) {
    for (std::size_t i = 1; i < most; i += 7) crowd[i]->send("x");
    CHECK(serves(server.port()));
  }
  if (memory_is_ours) CHECK(memory() - std::min(memory(), before) < std::size_t{192} << 20);
  for (std::size_t i = 5; i < most; i += 7) CHECK(crowd[i]->receive()->result_int() == 200);
  for (std::size_t i = 4; i < most; i += 7) {
    CHECK(crowd[i]->drain() == raw_client::ending::closed);
  }
  CHECK(crowd[2]->receive()->result_int() == 431);
}

TEST_CASE("connections beyond the limit are closed at once") {
  auto options = with_key();
  options.max_connections = 2;
  sim::background_server const server{one_batch(), options};
  auto first = std::make_unique<raw_client>(server.port());
  raw_client second{server.port()};
  second.send(request_text("GET", good, "key"));
  CHECK(second.receive().has_value());
  raw_client third{server.port()};
  CHECK(third.drain() != raw_client::ending::open);
  first.reset();
  CHECK(test::eventually([&] { return serves(server.port()); }));
}

TEST_CASE("stop closes clients that wait for their answer, and waits for none") {
  auto options = with_key();
  options.latency = 1h;
  sim::background_server server{one_batch(), options};
  raw_client idle{server.port()};
  raw_client waiting{server.port()};
  waiting.send(request_text("GET", good, "key"));
  REQUIRE(test::eventually([&] { return !server.requests().empty(); }));
  server.stop();  // ends, or the whole test does not
  CHECK(waiting.drain() != raw_client::ending::open);
  CHECK(idle.drain() != raw_client::ending::open);
  CHECK_THROWS(raw_client{server.port()});
  CHECK(server.requests().size() == 1);
  server.stop();
}

TEST_CASE("stop may be called by several threads while clients come and go") {
  for (int round = 0; round < 10; ++round) {
    sim::background_server server{one_batch(), with_key()};
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
  boost::asio::io_context context;
  sim::server server{context.get_executor(), one_batch(), with_key()};
  auto const answered = [&](std::size_t requests) {
    while (server.requests().size() < requests) context.run_one();
    context.poll();
  };
  raw_client early{server.port()};
  early.send(request_text("GET", good, "key"));
  answered(1);
  REQUIRE(early.receive());
  auto const files = std::make_unique<file_limit>(256);
  std::vector<int> hoard;
  for (int file = ::open("/dev/null", O_RDONLY); file >= 0; file = ::open("/dev/null", O_RDONLY)) {
    hoard.push_back(file);
  }
  REQUIRE(!hoard.empty());
  ::close(hoard.back());
  hoard.pop_back();
  raw_client late{server.port()};  // takes the last descriptor: none is left to accept it with
  late.send(request_text("GET", good, "key"));
  CHECK(context.poll() < 100);  // a server that spins has always something to do: this never ends
  early.send(request_text("GET", good, "key"));
  answered(2);
  CHECK(early.receive().has_value());
  for (int const file : hoard) ::close(file);
  answered(3);
  CHECK(late.receive().has_value());
}

TEST_CASE("a chunked body that ends without a chunk is read, however it is cut") {
  auto const& server = shared();
  auto const head = request_text("POST", good, "key", "Transfer-Encoding: chunked\r\n");
  std::string const end = "0\r\nT: x\r\n\r\n";
  for (std::size_t first = 0; first <= end.size(); ++first) {
    INFO("after " << first << " bytes");
    raw_client client{server.port()};
    client.send(head + end.substr(0, first));
    for (char const byte : end.substr(first)) client.send({&byte, 1});
    auto const reply = client.receive();
    REQUIRE(reply);
    CHECK(reply->result_int() == 405);
  }
  CHECK(serves(server.port()));
}
