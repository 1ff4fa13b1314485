#include "simruns/simulator/faults/fault_script.hpp"

#include "request_facts.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sim = simruns::simulator;
using namespace std::chrono_literals;
using test::request;
using kind = sim::fault::kind;

namespace {

sim::fault_rule rule_of(sim::fault what) {
  sim::fault_rule made;
  made.what = std::move(what);
  return made;
}

/// The numbers, up to `most`, of the requests with whose answers something goes wrong.
std::vector<std::uint64_t> hit(sim::fault_script const& script, std::uint64_t most) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t n = 1; n <= most; ++n) {
    if (script(request(n))) numbers.push_back(n);
  }
  return numbers;
}

using numbers = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("a script without rules lets everything be right") {
  CHECK_FALSE(sim::fault_script{}(request(1)));
}

TEST_CASE("a rule holds for the requests, the multiples, the page and the batch that it names") {
  auto rule = rule_of(sim::fault::reset());
  SECTION("requests") {
    rule.requests = {2, 5};
    CHECK(hit(sim::fault_script{}.add(rule), 6) == numbers{2, 5});
  }
  SECTION("every") {
    rule.every = 3;
    CHECK(hit(sim::fault_script{}.add(rule), 7) == numbers{3, 6});
  }
  SECTION("requests and every: both must hold") {
    rule.requests = {2, 3};
    rule.every = 3;
    CHECK(hit(sim::fault_script{}.add(rule), 7) == numbers{3});
  }
  SECTION("page") {
    rule.page = 2;
    auto const script = sim::fault_script{}.add(rule);
    CHECK_FALSE(script(request(1, 1)));
    CHECK(script(request(2, 2)));
    CHECK_FALSE(script(request(3, 0)));
  }
  SECTION("batch") {
    rule.batch = "mine";
    auto const script = sim::fault_script{}.add(rule);
    CHECK(script(request(1, 1, "mine")));
    CHECK_FALSE(script(request(2, 1, "other")));
  }
}

TEST_CASE("a rule is for pages of runs unless it names something else") {
  auto runs = rule_of(sim::fault::reset());
  auto batch = rule_of(sim::fault::late(std::chrono::milliseconds{5}));
  batch.on = sim::endpoint::batch;
  auto const script = sim::fault_script{}.add(runs).add(batch);
  auto asked = request(1);
  CHECK(script(asked)->what == sim::fault::kind::reset);
  asked.what = sim::endpoint::batch;
  CHECK(script(asked)->delay == std::chrono::milliseconds{5});
  for (auto const other : {sim::endpoint::scenarios, sim::endpoint::batches, sim::endpoint::run}) {
    asked.what = other;
    CHECK_FALSE(script(asked));
  }
}

TEST_CASE("times bounds how often a rule is used, whatever it did not hold for") {
  auto rule = rule_of(sim::fault::reset());
  rule.every = 2;
  rule.times = 2;
  CHECK(hit(sim::fault_script{}.add(rule), 10) == numbers{2, 4});
}

TEST_CASE("copies of a script share their counts") {
  auto rule = rule_of(sim::fault::reset());
  rule.times = 1;
  auto const script = sim::fault_script{}.add(rule);
  auto const copy = script;
  CHECK(script(request(1)));
  CHECK_FALSE(copy(request(2)));
}

TEST_CASE("chance depends on the seed, the rule and the number of the request alone") {
  auto rule = rule_of(sim::fault::reset());
  rule.chance = 0.3;
  auto const first = hit(sim::fault_script{7}.add(rule), 1000);
  CHECK(first == hit(sim::fault_script{7}.add(rule), 1000));
  CHECK(first != hit(sim::fault_script{8}.add(rule), 1000));
  CHECK(first.size() > 240);
  CHECK(first.size() < 360);
  auto const backwards = sim::fault_script{7}.add(rule);
  numbers found;
  for (std::uint64_t n = 1000; n >= 1; --n) {
    if (backwards(request(n))) found.insert(found.begin(), n);
  }
  CHECK(found == first);
  rule.chance = 0;
  CHECK(hit(sim::fault_script{7}.add(rule), 100).empty());
  rule.chance = 1;
  CHECK(hit(sim::fault_script{7}.add(rule), 100).size() == 100);
}

TEST_CASE("delays add up and draw from their distribution anew for each request") {
  auto first = rule_of(sim::fault::late(10ms));
  first.delay.how = sim::delay_draw::kind::uniform;
  first.delay.low = 100ms;
  first.delay.high = 200ms;
  auto const script = sim::fault_script{1}.add(first).add(rule_of(sim::fault::late(1000ms)));
  auto const one = script(request(1))->delay;
  auto const other = script(request(2))->delay;
  CHECK(one >= 1110ms);
  CHECK(one <= 1210ms);
  CHECK(one != other);
  CHECK(one == script(request(1))->delay);
}

TEST_CASE("of answers, resets and truncations the first counts, and oddities come together") {
  sim::fault odd;
  odd.edit.total_add = 1;
  odd.edit.mutations.resize(1);
  odd.content_length_add = 2;
  auto second = sim::fault::response(503, "busy");
  second.edit.total_add = 10;
  second.edit.total = 5;
  second.edit.repeat_cursor = true;
  second.edit.mutations.resize(2);
  second.content_length = 9;
  second.drip_bytes = 3;
  second.drip_every = 4ms;
  auto third = sim::fault::reset();
  third.edit.total = 6;
  third.edit.drop_cursor = true;
  third.edit.has_next = true;
  third.drip_bytes = 30;
  auto const all =
      sim::fault_script{}.add(rule_of(odd)).add(rule_of(second)).add(rule_of(third))(request(1));
  REQUIRE(all);
  CHECK(all->what == kind::response);
  CHECK(all->status == 503);
  CHECK(all->body == "busy");
  CHECK(all->edit.total == 5);
  CHECK(all->edit.total_add == 11);
  CHECK(all->edit.repeat_cursor);
  CHECK(all->edit.drop_cursor);
  CHECK(all->edit.has_next == true);
  CHECK(all->edit.mutations.size() == 3);
  CHECK(all->content_length == 9);
  CHECK(all->content_length_add == 2);
  CHECK(all->drip_bytes == 3);
  CHECK(all->drip_every == 4ms);
}

TEST_CASE("a rate limit lets so many through in each window, and tells the others to wait") {
  auto const now = std::make_shared<std::chrono::milliseconds>(500ms);
  sim::fault_rule rule;
  rule.limit.requests = 2;
  rule.limit.per = 10s;
  auto const script = sim::fault_script{0, [now] { return *now; }}.add(rule);
  CHECK_FALSE(script(request(1)));
  *now += 3400ms;
  CHECK_FALSE(script(request(2)));
  auto const over = script(request(3));
  REQUIRE(over);
  CHECK(over->what == kind::response);
  CHECK(over->status == 429);
  CHECK(over->retry_after == 7s);
  *now = 10'499ms;
  CHECK(script(request(4))->retry_after == 1s);
  *now = 10'500ms;
  CHECK_FALSE(script(request(5)));
  CHECK_FALSE(script(request(6)));
  CHECK(script(request(7))->retry_after == 10s);
}

TEST_CASE("a rate limit counts only the requests that its rule is about") {
  sim::fault_rule rule;
  rule.batch = "mine";
  rule.limit.requests = 1;
  auto const script = sim::fault_script{0, [] { return 0ms; }}.add(rule);
  CHECK_FALSE(script(request(1, 1, "other")));
  CHECK_FALSE(script(request(2, 1, "mine")));
  CHECK_FALSE(script(request(3, 1, "other")));
  CHECK(script(request(4, 1, "mine")));
}

TEST_CASE("a rate limit answers what its rule says instead of a 429") {
  auto rule = rule_of(sim::fault::response(503, "later").after(3ms));
  rule.limit.requests = 1;
  auto const script = sim::fault_script{0, [] { return 0ms; }}.add(rule);
  CHECK_FALSE(script(request(1)));
  auto const over = script(request(2));
  REQUIRE(over);
  CHECK(over->status == 503);
  CHECK(over->body == "later");
  CHECK(over->delay == 3ms);
  CHECK(over->retry_after == 60s);
}
