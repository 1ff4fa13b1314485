#include "simruns/testing/sample_pages.hpp"

#include "support/catch.hpp"
#include "support/pages.hpp"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

using simruns::testing::page_of;
using simruns::testing::sample_batch;
using test::issues_of;
using test::parsed;

TEST_CASE("a sample page is a page without an issue") {
  simruns::testing::sample_paging paging("cursor");
  paging.previous = "back";
  paging.skip = 100;
  auto const got = parsed(page_of({"a", "b"}, paging));
  CHECK(issues_of(got).empty());
  CHECK(*got[1].sequence == 102);
  CHECK(*got.pagination().next == "cursor");
  CHECK(*got.pagination().has_next);
  CHECK(*got.pagination().has_previous);
  CHECK(*got.pagination().total == 2);
  auto const none = parsed(page_of({}));
  CHECK_FALSE(*none.pagination().has_next);
}

TEST_CASE("a sample page says what its paging says, for tests of odd servers") {
  simruns::testing::sample_paging paging;
  paging.has_next = true;
  paging.total = 500;
  paging.limit = 7;
  auto const got = parsed(page_of({"a"}, paging));
  CHECK(*got.pagination().has_next);
  CHECK(got.pagination().next.is_null());
  CHECK(*got.pagination().total == 500);
  CHECK(*got.pagination().limit == 7);
}

TEST_CASE("the pages of a sample batch agree with each other") {
  std::vector<std::string> const ids{"a", "b", "c", "d", "e"};
  auto const bodies = sample_batch(ids, 2);
  REQUIRE(bodies.size() == 3);
  std::size_t number = 0;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    auto const latest = parsed(bodies[i]);
    CHECK(issues_of(latest).empty());
    for (auto const& run : latest) {
      CHECK(run.id == ids[number]);
      CHECK(*run.sequence == static_cast<std::int64_t>(++number));
    }
    auto const& paging = latest.pagination();
    CHECK(*paging.total == 5);
    CHECK(*paging.limit == 2);
    CHECK(*paging.skip == static_cast<std::int64_t>(2 * i));
    CHECK(*paging.has_next == (i < 2));
    CHECK(*paging.has_previous == (i > 0));
    CHECK(paging.next.has_value() == (i < 2));
    CHECK(paging.previous.has_value() == (i > 0));
  }
  CHECK(number == ids.size());
  auto const first = parsed(bodies[0]);
  auto const second = parsed(bodies[1]);
  auto const third = parsed(bodies[2]);
  CHECK(*first.pagination().next == "c1");
  CHECK(*second.pagination().next == "c2");
  CHECK(*second.pagination().previous == "c0");
  CHECK(*third.pagination().previous == "c1");
}

TEST_CASE("a sample batch whose last page is full has no page after it") {
  CHECK(sample_batch({"a", "b", "c", "d"}, 2).size() == 2);
  CHECK(sample_batch({"a"}, 100).size() == 1);
}

TEST_CASE("a sample batch without runs is one empty page") {
  auto const bodies = sample_batch({}, 10);
  REQUIRE(bodies.size() == 1);
  auto const got = parsed(bodies[0]);
  CHECK(got.empty());
  CHECK(*got.pagination().total == 0);
  CHECK_FALSE(*got.pagination().has_next);
}

TEST_CASE("a sample batch in pages of no run is refused") {
  CHECK_THROWS_AS(sample_batch({"a"}, 0), std::invalid_argument);
}
