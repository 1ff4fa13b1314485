#include "simruns/simulator/live/virtual_clock.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <limits>
#include <stdexcept>
#include <thread>
#include <vector>

namespace sim = simruns::simulator;
using namespace std::chrono_literals;

TEST_CASE("a clock of speed zero begins at zero and moves by its steps alone") {
  sim::virtual_clock clock;
  CHECK(clock.now() == 0ms);
  clock.advance(1500ms);
  CHECK(clock.now() == 1500ms);
  clock.advance(0ms);
  clock.advance(24h);
  CHECK(clock.now() == 24h + 1500ms);
  CHECK(clock.speed() == 0);
}

TEST_CASE("a clock that runs never goes back, also when its speed changes") {
  sim::virtual_clock clock{1e6};
  auto const first = clock.now();
  while (clock.now() == first) continue;  // it runs, as the end of this loop shows
  clock.set_speed(0);
  auto const stopped = clock.now();
  CHECK(stopped > first);
  CHECK(clock.now() == stopped);
  clock.set_speed(0.001);
  CHECK(clock.now() >= stopped);
  clock.set_speed(0);
  clock.advance(1h);
  CHECK(clock.now() >= stopped + 1h);
}

TEST_CASE("steps of several threads all count") {
  sim::virtual_clock clock;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&clock] {
      for (int j = 0; j < 1000; ++j) clock.advance(1ms);
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(clock.now() == 4s);
}

TEST_CASE("a negative step and an impossible speed are refused") {
  sim::virtual_clock clock;
  CHECK_THROWS_AS(clock.advance(-1ms), std::invalid_argument);
  for (double const speed : {-1.0, 1.1e6, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_THROWS_AS(sim::virtual_clock{speed}, std::invalid_argument);
    CHECK_THROWS_AS(clock.set_speed(speed), std::invalid_argument);
  }
  CHECK(clock.now() == 0ms);
}
