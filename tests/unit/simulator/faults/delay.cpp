#include "simruns/simulator/faults/delay.hpp"

#include "simruns/simulator/data/detail/random.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace sim = simruns::simulator;
using namespace std::chrono_literals;
using draw_kind = sim::delay_draw::kind;

namespace {

sim::delay_draw draw_of(draw_kind how, std::chrono::milliseconds low,
                        std::chrono::milliseconds high = 0ms, double sigma = 0) {
  sim::delay_draw made;
  made.how = how;
  made.low = low;
  made.high = high;
  made.sigma = sigma;
  return made;
}

/// Many draws, ascending, in milliseconds.
std::vector<double> draws(sim::delay_draw const& from) {
  sim::detail::random_source random{5};
  std::vector<double> all;
  for (int i = 0; i < 20'000; ++i) all.push_back(static_cast<double>(from.draw(random).count()));
  std::sort(all.begin(), all.end());
  return all;
}

double mean(std::vector<double> const& all) {
  double sum = 0;
  for (double const one : all) sum += one;
  return sum / static_cast<double>(all.size());
}

}  // namespace

TEST_CASE("a delay that was not set is none") {
  sim::detail::random_source random{1};
  CHECK(sim::delay_draw{}.draw(random) == 0ms);
}

TEST_CASE("a fixed delay is always the same") {
  auto const all = draws(draw_of(draw_kind::fixed, 250ms));
  CHECK(all.front() == 250);
  CHECK(all.back() == 250);
}

TEST_CASE("a uniform delay lies in its range, with the mean in its middle") {
  auto const all = draws(draw_of(draw_kind::uniform, 100ms, 300ms));
  CHECK(all.front() >= 100);
  CHECK(all.front() <= 102);
  CHECK(all.back() <= 300);
  CHECK(all.back() >= 298);
  CHECK(mean(all) == Catch::Approx(200).margin(3));
}

TEST_CASE("an exponential delay has its mean, and its median at ln 2 of it") {
  auto const all = draws(draw_of(draw_kind::exponential, 1000ms));
  CHECK(mean(all) == Catch::Approx(1000).margin(30));
  CHECK(all[all.size() / 2] == Catch::Approx(1000 * std::log(2.0)).margin(30));
}

TEST_CASE("a lognormal delay has its median, and its quartiles at 0.6745 sigma") {
  auto const all = draws(draw_of(draw_kind::lognormal, 1000ms, 0ms, 0.5));
  CHECK(all[all.size() / 2] == Catch::Approx(1000).margin(30));
  CHECK(all[all.size() / 4] == Catch::Approx(1000 * std::exp(-0.6745 * 0.5)).margin(30));
  CHECK(all[all.size() * 3 / 4] == Catch::Approx(1000 * std::exp(0.6745 * 0.5)).margin(50));
}

TEST_CASE("no delay is above ten minutes, below zero or not a number") {
  CHECK(draws(draw_of(draw_kind::fixed, 24h)).back() == 600'000);
  CHECK(draws(draw_of(draw_kind::fixed, -1h)).front() == 0);
  CHECK(draws(draw_of(draw_kind::lognormal, 0ms, 0ms, std::numeric_limits<double>::infinity()))
            .back() == 0);
}
