#include "simruns/runs/window_plan.hpp"

#include "support/catch.hpp"
#include "support/pages.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using simruns::run_query;
using simruns::run_tally;
using simruns::walk_mode;
using simruns::window_plan;

namespace {

/// A page of a batch of 12 runs in pages of 2, and what may be odd about it.
struct odd_page {
  std::int64_t total = 12;
  std::vector<std::int64_t> numbers;
  bool more = true;
  std::string metrics = R"({"success":true})";

  explicit odd_page(std::int64_t page) : numbers{page * 2 + 1, page * 2 + 2}, more(page < 5) {}

  simruns::page got() const {
    std::string runs;
    for (auto const number : numbers) {
      auto const n = std::to_string(number);
      runs += (runs.empty() ? "" : ",") + (R"({"id":"r)" + n) + R"(","sequence":)" + n +
              R"(,"metrics":)" + metrics + "}";
    }
    return test::parsed(R"({"data":[)" + runs + R"(],"pagination":{"total":)" +
                        std::to_string(total) + R"(,"hasNext":)" + (more ? "true" : "false") +
                        "}}");
  }
};

run_query query() {
  run_query out("p", "s", "b");
  out.page_size(2);
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
  seen.only_new(second, 0, false);
  return plan.doubt(2, third.got(), seen);
}

/// What is said at the end of these pages.
std::optional<std::string> doubt_after(std::vector<std::vector<std::int64_t>> const& pages) {
  auto const asked = query();
  run_tally seen(asked);
  odd_page look(0);
  look.numbers = pages[0];
  auto const first = look.got();
  window_plan plan(asked, first);
  seen.only_new(first, 0, false);
  for (std::size_t i = 1; i < pages.size(); ++i) {
    odd_page next(static_cast<std::int64_t>(i));
    next.numbers = pages[i];
    CHECK(plan.doubt(i, next.got(), seen) == std::nullopt);
    seen.only_new(next.got(), 0, false);
  }
  return plan.doubt_at_end(first, seen);
}

}  // namespace

TEST_CASE("a batch that looks settled is read by windows, of its first page's size") {
  CHECK(suits(query(), odd_page(0)));
  window_plan const plan(query(), odd_page(0).got());
  CHECK(plan.pages() == 6);
  CHECK(plan.whole());
  CHECK(plan.start(0) == simruns::page_start::at_skip(0));
  CHECK(plan.start(5) == simruns::page_start::at_skip(10));
}

TEST_CASE(
    "a first page that says too little, or says that the batch moves, is left to the cursor") {
  odd_page first(0);
  first.metrics = "{}";
  CHECK_FALSE(suits(query(), first));
  first = odd_page(0);
  first.more = false;
  CHECK_FALSE(suits(query(), first));
  for (std::int64_t const total : {-1, 0, 2, 8}) {
    first = odd_page(0);
    first.total = total;
    CHECK_FALSE(suits(query(), first));
  }
  first = odd_page(0);
  first.numbers.pop_back();
  CHECK_FALSE(suits(query(), first));
  first = odd_page(0);
  first.numbers[1] = 0;
  CHECK_FALSE(suits(query(), first));
  CHECK_FALSE(window_plan::suits(query(), odd_page(0).got(), 5));
}

TEST_CASE("a query whose order or whose numbers prove nothing is left to the cursor") {
  CHECK_FALSE(suits(query().walk(walk_mode::cursor), odd_page(0)));
  CHECK_FALSE(suits(query().filter("x"), odd_page(0)));
  CHECK_FALSE(suits(query().endpoint_type("x"), odd_page(0)));
  CHECK_FALSE(suits(query().sort("createdAt:desc"), odd_page(0)));
  CHECK_FALSE(suits(query().skip(1), odd_page(0)));
  CHECK_FALSE(suits(query().start_at("c"), odd_page(0)));
  CHECK_FALSE(suits(query().max_runs(8), odd_page(0)));
  CHECK(suits(query().max_runs(9), odd_page(0)));
}

TEST_CASE("windows that are asked for take more, but nothing that moves") {
  auto const asked = query().walk(walk_mode::windows);
  CHECK(suits(run_query(asked).filter("x"), odd_page(0)));
  CHECK(suits(run_query(asked).sort("createdAt:desc"), odd_page(0)));
  CHECK(suits(run_query(asked).skip(1), odd_page(0)));
  odd_page first(0);
  first.total = 3;
  CHECK(suits(asked, first));
  first.metrics = "{}";
  CHECK_FALSE(suits(asked, first));
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
  third.numbers = {5};
  CHECK(doubt_of(third) == "runs in page 3: 1, not 2");
  third.numbers = {5, 6, 7};
  CHECK(doubt_of(third) == "runs in page 3: 3, not 2");
}

TEST_CASE("a page that is wrong about whether it is the last is a doubt") {
  odd_page third(2);
  third.more = false;
  CHECK(doubt_of(third) == "page 3 is wrong about the pages after it");
}

TEST_CASE("a pending run is a doubt") {
  odd_page third(2);
  third.metrics = "{}";
  CHECK(doubt_of(third) == "a run of page 3 is pending");
}

TEST_CASE("a run that was there before is a doubt") {
  odd_page third(2);
  third.numbers = {4, 5};
  CHECK(doubt_of(third) == "a run of page 3 was there before");
}

TEST_CASE("numbers left out between two pages are a doubt, within a page they are not") {
  CHECK(doubt_after({{1, 2}, {3, 4}, {5, 6}}) == std::nullopt);
  CHECK(doubt_after({{1, 2}, {4, 5}, {6, 7}}) == "runs are missing: sequence 3");
  CHECK(doubt_after({{1, 2}, {3, 5}, {6, 7}}) == std::nullopt);
  CHECK(doubt_after({{4, 6}, {7, 8}, {9, 10}}) == std::nullopt);
}

TEST_CASE("where numbers are out of order, any that is missing is a doubt") {
  CHECK(doubt_after({{2, 1}, {3, 4}, {5, 6}}) == std::nullopt);
  CHECK(doubt_after({{2, 1}, {3, 5}, {6, 7}}) == "runs are missing: sequence 4");
  CHECK(doubt_after({{1, 2}, {4, 3}, {5, 6}}) == std::nullopt);
  CHECK(doubt_after({{1, 2}, {4, 5}, {3, 6}}) == std::nullopt);
}

TEST_CASE("a run without a number is a doubt where numbers count") {
  auto const asked = query();
  window_plan plan(asked, odd_page(0).got());
  auto const page = test::parsed(
      R"({"data":[{"id":"a","metrics":{"success":true}},{"id":"b","metrics":{"success":true}}],)"
      R"("pagination":{"total":12,"hasNext":true}})");
  CHECK(plan.doubt(1, page, run_tally(asked)) == "a run of page 2 has no number");
}

TEST_CASE("the last look wants the total and the first run as they were") {
  auto const asked = query();
  run_tally const seen(asked);
  window_plan const plan(asked, odd_page(0).got());
  odd_page look(0);
  CHECK(plan.doubt_at_end(look.got(), seen) == std::nullopt);
  look.total = 11;
  CHECK(plan.doubt_at_end(look.got(), seen) == "the total moved from 12 to 11");
  look = odd_page(0);
  look.numbers = {2};
  CHECK(plan.doubt_at_end(look.got(), seen) == "the first run is another one");
  look.numbers = {};
  CHECK(plan.doubt_at_end(look.got(), seen) == "the first run is another one");
}
