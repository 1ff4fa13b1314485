#include "simruns/walk/walk_plan.hpp"

#include "support/catch.hpp"
#include "support/model_batch.hpp"

#include <cstddef>
#include <vector>

using simruns::page_wish;
using simruns::walk_plan;

namespace {

/// A walk by windows of a batch of 30 runs in pages of 3.
struct windows_walk {
  test::model_batch batch{30};
  test::random_source random{1};
  walk_plan plan{query(), 1'000};

  windows_walk() {
    auto const first = plan.next_wish(1);
    REQUIRE(first);
    come(*first);
    REQUIRE(plan.by_windows());
    plan.take();
  }

  void come(page_wish const& wish) { plan.came(wish, batch.page(wish.start, 3, {}, random), 1); }

  std::vector<page_wish> wishes(std::size_t ahead) {
    std::vector<page_wish> out;
    while (auto wish = plan.next_wish(ahead)) out.push_back(*wish);
    return out;
  }

 private:
  static simruns::run_query query() {
    simruns::run_query out("p", "s", "b");
    out.page_size(3);
    return out;
  }
};

}  // namespace

TEST_CASE("no more pages are asked for than may be here or under way") {
  windows_walk walk;
  auto const asked = walk.wishes(4);
  CHECK(asked.size() == 4);
  CHECK(walk.wishes(4).empty());
  walk.come(asked[1]);  // waits for the one before it
  CHECK_FALSE(walk.plan.has_step());
  CHECK(walk.wishes(4).empty());
  walk.come(asked[0]);
  CHECK(walk.wishes(4).empty());
  walk.plan.take();
  CHECK(walk.wishes(4).size() == 1);
}

TEST_CASE("the page that all others wait for is asked for again, however few may be under way") {
  windows_walk walk;
  auto const asked = walk.wishes(5);
  for (std::size_t i = 1; i < asked.size(); ++i) walk.come(asked[i]);
  walk.plan.missed(asked[0]);
  auto const again = walk.wishes(1);
  REQUIRE(again.size() == 1);
  CHECK(again[0].number == asked[0].number);
  CHECK(again[0].start == asked[0].start);
  walk.come(again[0]);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    REQUIRE(walk.plan.has_step());
    walk.plan.take();
  }
}

TEST_CASE("what is under way when a walk stops is asked for again") {
  windows_walk walk;
  auto const asked = walk.wishes(3);
  CHECK(walk.plan.head_under_way());
  walk.plan.all_missed();
  CHECK_FALSE(walk.plan.head_under_way());
  auto const again = walk.wishes(3);
  REQUIRE(again.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(again[i].number == asked[i].number);
}
