#include "simruns/walk/detail/window_plan.hpp"

#include "simruns/query/run_query.hpp"
#include "support/catch.hpp"
#include "support/pages.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using simruns::run_query;
using simruns::walk_mode;
using simruns::detail::run_tally;
using simruns::detail::window_plan;

namespace {

/// A page of a batch of 12 runs in pages of 3, and what may be odd about it.
struct odd_page {
  std::int64_t total = 12;
  std::vector<std::int64_t> numbers;
  bool more = true;
  std::string metrics = R"({"success":true})";
  std::string next = "c";

  explicit odd_page(std::int64_t page)
      : numbers{page * 2 + 1, page * 2 + 2, page * 2 + 3}, more(page < 5) {
    if (!more) numbers.pop_back();
  }

  simruns::page got() const {
    std::string runs;
    for (auto const number : numbers) {
      auto const n = std::to_string(number);
      runs += (runs.empty() ? "" : ",") + (R"({"id":"r)" + n) + R"(","metrics":)" + metrics + "}";
    }
    return test::parsed(R"({"data":[)" + runs + R"(],"pagination":{"total":)" +
                        std::to_string(total) + R"(,"next":")" + next + R"(","hasNext":)" +
                        (more ? "true" : "false") + "}}");
  }
};

run_query query() {
  run_query out("p", "s", "b");
  out.page_size(3);
  return out;
}

bool suits(run_query const& asked, odd_page const& first) {
  return window_plan::suits(asked, first.got(), 100);
}

/// A plan after the first two pages, and what it says of a third.
std::optional<std::string> doubt_of(odd_page const& third) {
  auto const asked = query();
  run_tally seen(asked);
  auto const first = odd_page(0).got();
  window_plan plan(asked, first);
  seen.only_new(first, 0, false);
  auto const second = odd_page(1).got();
  CHECK(plan.doubt(1, second, seen) == std::nullopt);
  seen.only_new(second, 1, false);
  return plan.doubt(2, third.got(), seen);
}

}  // namespace

TEST_CASE(
    "a batch that looks settled is read by windows, each from the last run of the one before") {
  odd_page first(0);
  first.total = 13;
  CHECK(suits(query(), first));
  for (std::int64_t const total : {13, 14, 15, 16}) {
    first.total = total;
    window_plan const plan(query(), first.got());
    CHECK(plan.pages() == (total < 14 ? 6 : total < 16 ? 7 : 8));
    CHECK(plan.start(0) == simruns::page_start::at_skip(0));
    CHECK(plan.start(5) == simruns::page_start::at_skip(10));
  }
}

TEST_CASE("a walk goes on after a page by its cursor, after the last one where that begins") {
  odd_page page(0);
  page.total = 13;
  window_plan const plan(query(), page.got());
  auto const own = simruns::page_start::at_next("own");
  REQUIRE(plan.pages() == 6);
  CHECK(plan.after(4, page.got(), own) == simruns::page_start::at_next("c"));
  page.next.clear();
  CHECK(plan.after(5, page.got(), own) == own);
}

TEST_CASE(
    "a first page that says too little, or says that the batch moves, is left to the cursor") {
  odd_page const good = [] {
    odd_page made(0);
    made.total = 13;
    return made;
  }();
  auto first = good;
  first.metrics = "{}";
  CHECK_FALSE(suits(query(), first));
  first = good;
  first.more = false;
  CHECK_FALSE(suits(query(), first));
  first = good;
  first.next.clear();
  CHECK_FALSE(suits(query(), first));
  for (std::int64_t const total : {-1, 0, 3, 12}) {
    first = good;
    first.total = total;
    CHECK_FALSE(suits(query(), first));
  }
  first = good;
  first.numbers.pop_back();
  CHECK_FALSE(suits(query(), first));
  CHECK_FALSE(window_plan::suits(query(), good.got(), 6));
  CHECK(window_plan::suits(query(), good.got(), 7));
}

TEST_CASE(
    "a query that starts or ends in the batch, or has an order of its own, is left to the cursor") {
  odd_page first(0);
  first.total = 13;
  CHECK_FALSE(suits(query().walk(walk_mode::cursor), first));
  CHECK_FALSE(suits(query().sort("createdAt:desc"), first));
  CHECK_FALSE(suits(query().skip(1), first));
  CHECK_FALSE(suits(query().start_at("c"), first));
  CHECK_FALSE(suits(query().max_runs(12), first));
  CHECK(suits(query().max_runs(13), first));
  CHECK(suits(query().filter("x"), first));
  CHECK(suits(query().endpoint_type("x"), first));
}

TEST_CASE("windows that are asked for take more, but nothing that moves") {
  auto const asked = query().walk(walk_mode::windows);
  odd_page first(0);
  CHECK(suits(run_query(asked).sort("createdAt:desc"), first));
  CHECK(suits(run_query(asked).skip(1), first));
  first.total = 4;
  CHECK(suits(asked, first));
  first.metrics = "{}";
  CHECK_FALSE(suits(asked, first));
}

TEST_CASE("pages of one run have no room for the last of the page before") {
  odd_page first(0);
  first.numbers = {1};
  CHECK_FALSE(suits(query().page_size(1), first));
  CHECK_FALSE(suits(query().page_size(1).walk(walk_mode::windows), first));
}

TEST_CASE("a page that is as it must be raises no doubt") {
  CHECK(doubt_of(odd_page(2)) == std::nullopt);
}

TEST_CASE("a total that moved is a doubt") {
  odd_page third(2);
  third.total = 13;
  CHECK(doubt_of(third) == "the total moved from 12 to 13");
}

TEST_CASE("a page with fewer runs or more than it must have is a doubt") {
  odd_page third(2);
  third.numbers = {5, 6};
  CHECK(doubt_of(third) == "runs in page 3: 2, not 3");
  third.numbers = {5, 6, 7, 8};
  CHECK(doubt_of(third) == "runs in page 3: 4, not 3");
}

TEST_CASE("a page that is wrong about whether it is the last is a doubt") {
  odd_page third(2);
  third.more = false;
  CHECK(doubt_of(third) == "page 3 is wrong about the pages after it");
}

TEST_CASE("a page without a cursor to the one after it is a doubt, unless it is the last") {
  odd_page third(2);
  third.next.clear();
  CHECK(doubt_of(third) == "page 3 has no cursor to the one after it");
}

TEST_CASE("a pending run is a doubt") {
  odd_page third(2);
  third.metrics = "{}";
  CHECK(doubt_of(third) == "a run of page 3 is pending");
}

TEST_CASE("a page that does not begin with the last run of the one before is a doubt") {
  odd_page third(2);
  third.numbers = {6, 7, 8};
  CHECK(doubt_of(third) == "page 3 does not begin where page 2 ended");
  third.numbers = {4, 5, 6};
  CHECK(doubt_of(third) == "page 3 does not begin where page 2 ended");
}

TEST_CASE("a run that was there before is a doubt") {
  odd_page third(2);
  third.numbers = {5, 3, 6};
  CHECK(doubt_of(third) == "a run of page 3 was there before");
}
