#include "simruns/testing/sample_pages.hpp"

#include "support/catch.hpp"
#include "support/pages.hpp"

using simruns::testing::page_of;
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
  CHECK_FALSE(*parsed(page_of({})).pagination().has_next);
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
