#include "simruns/walk/page_cursor.hpp"

#include "simruns/page/parse_page.hpp"
#include "simruns/testing/sample_pages.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using simruns::condition;
using simruns::errc;
using simruns::page_cursor;
using simruns::page_start;
using simruns::run_query;
using simruns::walk_verdict;
using simruns::testing::sample_paging;
using ids = std::vector<std::string>;

namespace {

run_query sample() { return run_query("p", "s", "b"); }

simruns::page parsed(std::string body) {
  auto got = simruns::parse_page(std::move(body));
  REQUIRE(got.has_value());
  return *got;
}

/// A page with a cursor to the next one.
simruns::page middle(ids const& runs, std::string next, std::int64_t total) {
  sample_paging paging(std::move(next));
  paging.total = total;
  return parsed(simruns::testing::page_of(runs, paging));
}

simruns::page last(ids const& runs, std::int64_t total) {
  sample_paging paging;
  paging.total = total;
  return parsed(simruns::testing::page_of(runs, paging));
}

/// A page whose `pagination` is `paging`, word for word.
simruns::page page_with(ids const& runs, std::string const& paging) {
  auto body = simruns::testing::page_of(runs);
  body.resize(body.rfind("\"pagination\""));
  return parsed(body + "\"pagination\":" + paging + "}");
}

ids ids_of(simruns::page const& got) {
  ids out;
  for (auto const& run : got) out.emplace_back(run.id);
  return out;
}

std::optional<errc> failure_of(page_cursor const& cursor) {
  if (!cursor.failure()) return std::nullopt;
  CHECK(cursor.done());
  return static_cast<errc>(cursor.failure()->code.value());
}

std::string position_of(run_query const& query, page_start start, std::uint64_t offset,
                        std::string last_id) {
  simruns::position place;
  place.page = std::move(start);
  place.offset = offset;
  place.last_id = std::move(last_id);
  place.digest = query.digest();
  return place.text();
}

}  // namespace

TEST_CASE("a walk follows the cursors to the page that says it is the last") {
  page_cursor cursor(sample());
  CHECK(cursor.next() == page_start::at_skip(0));
  CHECK_FALSE(cursor.done());
  CHECK(ids_of(cursor.accept(middle({"a", "b"}, "c1", 3), 1)) == ids{"a", "b"});
  CHECK(cursor.next() == page_start::at_next("c1"));
  CHECK_FALSE(cursor.done());
  CHECK(ids_of(cursor.accept(last({"c"}, 3), 4)) == ids{"c"});
  CHECK(cursor.done());
  CHECK_FALSE(cursor.failure().has_value());
  auto const& tally = cursor.completeness();
  CHECK(tally.received == 3);
  CHECK(tally.duplicates == 0);
  CHECK(tally.pages == 2);
  CHECK(tally.requests == 5);
  CHECK(tally.total_first == 3);
  CHECK(tally.total_last == 3);
  CHECK(tally.reached_end);
  CHECK(tally.verdict() == walk_verdict::complete);
}

TEST_CASE("a batch without runs is a walk of one page that proves nothing") {
  page_cursor cursor(sample());
  CHECK(cursor.accept(last({}, 0), 1).empty());
  CHECK(cursor.done());
  CHECK_FALSE(cursor.failure().has_value());
  CHECK(cursor.completeness().verdict() == walk_verdict::unverified);
}

TEST_CASE("a short page does not end the walk") {
  page_cursor cursor(sample());
  cursor.accept(middle({"a"}, "c1", 2), 1);
  CHECK_FALSE(cursor.done());
  cursor.accept(last({"b"}, 2), 1);
  CHECK(cursor.completeness().verdict() == walk_verdict::complete);
}

TEST_CASE("up to three empty pages in a row do not end the walk") {
  for (int empty = 1; empty <= 3; ++empty) {
    page_cursor cursor(sample());
    cursor.accept(middle({"a"}, "c0", 3), 1);
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < empty; ++i) {
        cursor.accept(middle({}, "e" + std::to_string(round) + std::to_string(i), 3), 1);
        REQUIRE_FALSE(cursor.done());
      }
      if (round == 0) cursor.accept(middle({"b"}, "c1", 3), 1);
    }
    cursor.accept(last({"c"}, 3), 1);
    CHECK(cursor.done());
    CHECK_FALSE(cursor.failure().has_value());
    CHECK(cursor.completeness().verdict() == walk_verdict::complete);
  }
}

TEST_CASE("a fourth empty page in a row is an error, unless it says that it is the last") {
  for (bool ends : {false, true}) {
    page_cursor cursor(sample());
    for (int i = 0; i < 3; ++i) cursor.accept(middle({}, "e" + std::to_string(i), 0), 1);
    REQUIRE_FALSE(cursor.done());
    cursor.accept(ends ? last({}, 0) : middle({}, "e3", 0), 1);
    CHECK(cursor.done());
    CHECK(failure_of(cursor) == (ends ? std::nullopt : std::optional(errc::pagination)));
  }
}

TEST_CASE("a cursor that was there before is an error after the runs of its page") {
  page_cursor cursor(sample());
  cursor.accept(middle({"a"}, "c1", 9), 1);
  cursor.accept(middle({"b"}, "c2", 9), 1);
  CHECK(ids_of(cursor.accept(middle({"c"}, "c1", 9), 1)) == ids{"c"});
  CHECK(failure_of(cursor) == errc::pagination);
  CHECK(cursor.failure()->code == condition::incomplete);
  CHECK(cursor.completeness().received == 3);
  CHECK(cursor.completeness().verdict() == walk_verdict::incomplete);
}

TEST_CASE("the cursor that a walk started at counts as one that was there") {
  page_cursor cursor(sample().start_at("c1"));
  CHECK(cursor.next() == page_start::at_next("c1"));
  cursor.accept(middle({"a"}, "c1", 9), 1);
  CHECK(failure_of(cursor) == errc::pagination);
}

TEST_CASE("a page with no new run is an error, however new its cursor") {
  page_cursor cursor(sample());
  cursor.accept(middle({"a", "b"}, "c1", 9), 1);
  CHECK(cursor.accept(middle({"b", "a"}, "c2", 9), 1).empty());
  CHECK(failure_of(cursor) == errc::pagination);
}

TEST_CASE("runs that come again are dropped and counted") {
  page_cursor cursor(sample());
  cursor.accept(middle({"a", "b"}, "c1", 3), 1);
  CHECK(ids_of(cursor.accept(last({"b", "c", "c"}, 3), 1)) == ids{"c"});
  CHECK(cursor.completeness().received == 3);
  CHECK(cursor.completeness().duplicates == 2);
  CHECK(cursor.completeness().verdict() == walk_verdict::complete);
}

TEST_CASE("runs without an id are all yielded, as nothing says that they are the same") {
  page_cursor cursor(sample());
  cursor.accept(page_with({"", ""}, R"({"limit":2,"skip":0,"total":3,"hasNext":true,"next":"c"})"),
                1);
  CHECK_FALSE(cursor.done());
  CHECK(cursor.accept(last({""}, 3), 1).size() == 1);
  CHECK(cursor.completeness().received == 3);
  CHECK(cursor.completeness().unnamed == 3);
  CHECK(cursor.completeness().duplicates == 0);
  CHECK(cursor.completeness().verdict() == walk_verdict::unverified);
}

TEST_CASE("hasNext without a cursor goes on by skip where total says that there is more") {
  page_cursor cursor(sample().skip(10));
  CHECK(cursor.next() == page_start::at_skip(10));
  cursor.accept(page_with({"a", "b"}, R"({"total":14,"hasNext":true,"next":null})"), 1);
  REQUIRE_FALSE(cursor.done());
  CHECK(cursor.next() == page_start::at_skip(12));
  // A run that came again still counts as a row to skip.
  cursor.accept(page_with({"b", "c"}, R"({"total":15,"hasNext":true,"next":""})"), 1);
  REQUIRE_FALSE(cursor.done());
  CHECK(cursor.next() == page_start::at_skip(14));
  cursor.accept(page_with({"d"}, R"({"total":15,"hasNext":false})"), 1);
  CHECK(cursor.done());
  CHECK_FALSE(cursor.failure().has_value());
  CHECK(cursor.completeness().guessed);
  CHECK(cursor.completeness().verdict() == walk_verdict::unverified);
}

TEST_CASE("a walk that goes on by skip returns to cursors where they come again") {
  page_cursor cursor(sample());
  cursor.accept(page_with({"a"}, R"({"total":3,"hasNext":true})"), 1);
  CHECK(cursor.next() == page_start::at_skip(1));
  cursor.accept(middle({"b"}, "c1", 3), 1);
  CHECK(cursor.next() == page_start::at_next("c1"));
  cursor.accept(last({"c"}, 3), 1);
  CHECK(cursor.completeness().verdict() == walk_verdict::unverified);
}

TEST_CASE("hasNext without a cursor is an error where nothing says how to go on") {
  auto const paging =
      GENERATE(as<std::string>{}, R"({"total":2,"hasNext":true})",
               R"({"total":1,"hasNext":true,"next":null})", R"({"hasNext":true})",
               R"({"total":null,"hasNext":true})", R"({"total":"many","hasNext":true,"next":7})");
  CAPTURE(paging);
  page_cursor cursor(sample());
  CHECK(cursor.accept(page_with({"a", "b"}, paging), 1).size() == 2);
  CHECK(failure_of(cursor) == errc::incomplete);
  CHECK_FALSE(cursor.completeness().reached_end);
}

TEST_CASE("hasNext without a cursor is an error in a walk that does not know how many it skipped") {
  page_cursor cursor(sample().start_at("c0"));
  cursor.accept(page_with({"a"}, R"({"total":9,"hasNext":true})"), 1);
  CHECK(failure_of(cursor) == errc::incomplete);
}

TEST_CASE("a walk by skip that is resumed goes on counting from there") {
  auto query = sample();
  query.start_at(position_of(query, page_start::at_skip(4), 1, "e"));
  page_cursor cursor(query);
  CHECK(cursor.next() == page_start::at_skip(4));
  CHECK(ids_of(cursor.accept(page_with({"e", "f"}, R"({"total":7,"hasNext":true})"), 1)) ==
        ids{"f"});
  REQUIRE_FALSE(cursor.done());
  CHECK(cursor.next() == page_start::at_skip(6));
}

TEST_CASE("numbers at the end of their range do not wrap around") {
  auto const most = std::numeric_limits<std::int64_t>::max();
  auto const paging = GENERATE(as<std::string>{}, R"({"total":9223372036854775807,"hasNext":true})",
                               R"({"total":-9223372036854775808,"hasNext":true})");
  page_cursor cursor(sample().skip(most));
  cursor.accept(page_with({"a"}, paging), 1);
  CHECK(failure_of(cursor) == errc::incomplete);
}

TEST_CASE("without hasNext a cursor is followed") {
  page_cursor cursor(sample());
  cursor.accept(page_with({"a"}, R"({"total":2,"next":"c1"})"), 1);
  CHECK(cursor.next() == page_start::at_next("c1"));
}

TEST_CASE("without hasNext and cursor, total decides, and nothing is proved") {
  auto const has_next = GENERATE(as<std::string>{}, "", R"("hasNext":null,)", R"("hasNext":"no",)");
  CAPTURE(has_next);
  page_cursor cursor(sample());
  cursor.accept(page_with({"a"}, "{" + has_next + R"("total":2})"), 1);
  REQUIRE_FALSE(cursor.done());
  CHECK(cursor.next() == page_start::at_skip(1));
  cursor.accept(page_with({"b"}, "{" + has_next + R"("total":2})"), 1);
  CHECK(cursor.done());
  CHECK_FALSE(cursor.failure().has_value());
  CHECK(cursor.completeness().reached_end);
  CHECK(cursor.completeness().verdict() == walk_verdict::unverified);
}

TEST_CASE("without any pagination the walk ends in an error, never silently") {
  for (auto const* paging : {"{}", "null", "7", "[]"}) {
    page_cursor cursor(sample());
    CHECK(cursor.accept(page_with({"a"}, paging), 1).size() == 1);
    CHECK(failure_of(cursor) == errc::incomplete);
  }
}

TEST_CASE("hasNext false ends the walk, whatever cursor stands beside it") {
  page_cursor cursor(sample());
  cursor.accept(page_with({"a"}, R"({"total":1,"hasNext":false,"next":"c1"})"), 1);
  CHECK(cursor.done());
  CHECK(cursor.completeness().verdict() == walk_verdict::complete);
}

TEST_CASE("fewer runs at the end than an unmoved total are an error, unless that is allowed") {
  for (bool allowed : {false, true}) {
    page_cursor cursor(sample().allow_incomplete(allowed));
    CHECK(cursor.accept(last({"a", "b"}, 5), 1).size() == 2);
    CHECK(cursor.done());
    CHECK(failure_of(cursor) == (allowed ? std::nullopt : std::optional(errc::incomplete)));
    CHECK(cursor.completeness().verdict() == walk_verdict::incomplete);
    if (!allowed) CHECK(cursor.failure()->message == "the walk ended after 2 of 5 runs");
  }
}

TEST_CASE("allow_incomplete ends quietly where the cursors lead nowhere, and says so in numbers") {
  page_cursor circle(sample().allow_incomplete(true));
  circle.accept(middle({"a"}, "c1", 9), 1);
  circle.accept(middle({"b"}, "c1", 9), 1);
  CHECK(circle.done());
  CHECK_FALSE(circle.failure().has_value());
  CHECK(circle.completeness().verdict() == walk_verdict::incomplete);
  page_cursor nowhere(sample().allow_incomplete(true));
  nowhere.accept(page_with({"a"}, R"({"hasNext":true})"), 1);
  CHECK(nowhere.done());
  CHECK_FALSE(nowhere.failure().has_value());
  CHECK(nowhere.completeness().verdict() == walk_verdict::incomplete);
}

TEST_CASE("a total that moves makes a walk unverified, and is no error") {
  page_cursor more(sample());
  more.accept(middle({"a"}, "c1", 2), 1);
  more.accept(last({"b"}, 3), 1);
  CHECK_FALSE(more.failure().has_value());
  CHECK(more.completeness().total_first == 2);
  CHECK(more.completeness().total_last == 3);
  CHECK(more.completeness().verdict() == walk_verdict::unverified);
  page_cursor fewer(sample());
  fewer.accept(middle({"a"}, "c1", 9), 1);
  fewer.accept(last({"b"}, 2), 1);
  CHECK_FALSE(fewer.failure().has_value());
  CHECK(fewer.completeness().verdict() == walk_verdict::unverified);
}

TEST_CASE("more runs than total counts are kept, and unverified") {
  page_cursor cursor(sample());
  CHECK(cursor.accept(last({"a", "b", "c"}, 2), 1).size() == 3);
  CHECK_FALSE(cursor.failure().has_value());
  CHECK(cursor.completeness().verdict() == walk_verdict::unverified);
}

TEST_CASE("max_runs ends the walk at that run, and asks for no more than that") {
  page_cursor small(sample().max_runs(3));
  CHECK(small.query().page_size() == 3);
  CHECK(small.query().digest() != 0);
  CHECK(ids_of(small.accept(middle({"a", "b", "c"}, "c1", 9), 1)) == ids{"a", "b", "c"});
  CHECK(small.done());
  CHECK_FALSE(small.failure().has_value());
  CHECK_FALSE(small.completeness().reached_end);
  CHECK(small.completeness().limited);
  CHECK(page_cursor(sample().max_runs(100)).query().page_size() == 100);
  CHECK(page_cursor(sample().max_runs(101)).query().page_size() == 100);
  CHECK(page_cursor(sample().max_runs(std::numeric_limits<std::int64_t>::max()))
            .query()
            .page_size() == 100);
}

TEST_CASE("max_runs holds where a server sends more than was asked for") {
  page_cursor cursor(sample().max_runs(2));
  CHECK(ids_of(cursor.accept(middle({"a", "b", "c"}, "c1", 9), 1)) == ids{"a", "b"});
  CHECK(cursor.done());
  CHECK(cursor.completeness().received == 2);
}

TEST_CASE("max_runs that all came is the end if the server says so") {
  page_cursor cursor(sample().max_runs(2));
  cursor.accept(last({"a", "b"}, 2), 1);
  CHECK(cursor.done());
  CHECK_FALSE(cursor.completeness().limited);
  CHECK(cursor.completeness().verdict() == walk_verdict::complete);
}

TEST_CASE("as many runs as max_runs are enough, whatever total counts") {
  page_cursor cursor(sample().max_runs(2));
  CHECK(ids_of(cursor.accept(last({"a", "b"}, 10), 1)) == ids{"a", "b"});
  CHECK(cursor.done());
  CHECK_FALSE(cursor.failure().has_value());
  CHECK(cursor.completeness().reached_end);
  CHECK(cursor.completeness().verdict() == walk_verdict::unverified);
}

TEST_CASE("max_runs that cut the last page are not the end") {
  auto query = sample();
  page_cursor cursor(query.max_runs(3));
  cursor.accept(middle({"a", "b"}, "c1", 4), 1);
  CHECK(ids_of(cursor.accept(last({"c", "d"}, 4), 1)) == ids{"c"});
  CHECK(cursor.done());
  CHECK_FALSE(cursor.failure().has_value());
  CHECK(cursor.completeness().limited);
  CHECK(cursor.completeness().verdict() == walk_verdict::unverified);
}

TEST_CASE("more pages than max_pages are an error after their runs") {
  page_cursor cursor(sample(), 2);
  cursor.accept(middle({"a"}, "c1", 9), 1);
  CHECK_FALSE(cursor.done());
  CHECK(cursor.accept(middle({"b"}, "c2", 9), 1).size() == 1);
  CHECK(failure_of(cursor) == errc::too_large);
  page_cursor exact(sample(), 2);
  exact.accept(middle({"a"}, "c1", 2), 1);
  exact.accept(last({"b"}, 2), 1);
  CHECK_FALSE(exact.failure().has_value());
}

TEST_CASE("resuming goes on after the run that came last, by its id") {
  auto query = sample();
  query.start_at(position_of(query, page_start::at_next("c1"), 2, "b"));
  page_cursor cursor(query);
  CHECK(cursor.next() == page_start::at_next("c1"));
  CHECK(ids_of(cursor.accept(middle({"a", "b", "c", "d"}, "c2", 5), 1)) == ids{"c", "d"});
  CHECK(ids_of(cursor.accept(last({"e"}, 5), 1)) == ids{"e"});
  CHECK_FALSE(cursor.failure().has_value());
  CHECK(cursor.completeness().partial);
  CHECK(cursor.completeness().duplicates == 0);
  CHECK(cursor.completeness().verdict() == walk_verdict::unverified);
}

TEST_CASE("resuming finds the run by its id where the page has changed") {
  auto query = sample();
  query.start_at(position_of(query, page_start::at_skip(100), 2, "b"));
  page_cursor earlier(query);
  CHECK(ids_of(earlier.accept(last({"b", "c", "d"}, 3), 1)) == ids{"c", "d"});
  page_cursor later(query);
  CHECK(ids_of(later.accept(last({"x", "y", "a", "b", "c"}, 5), 1)) == ids{"c"});
}

TEST_CASE("resuming starts at the page's first run where the last one is gone from it") {
  auto query = sample();
  query.start_at(position_of(query, page_start::at_next("c1"), 2, "gone"));
  page_cursor cursor(query);
  CHECK(ids_of(cursor.accept(last({"a", "b"}, 2), 1)) == ids{"a", "b"});
}

TEST_CASE("resuming without an id goes by the offset, and no further than the page") {
  auto query = sample();
  query.start_at(position_of(query, page_start::at_next("c1"), 2, ""));
  page_cursor cursor(query);
  CHECK(ids_of(cursor.accept(last({"a", "b", "c"}, 3), 1)) == ids{"c"});
  query = sample();
  query.start_at(
      position_of(query, page_start::at_next("c1"), std::numeric_limits<std::uint64_t>::max(), ""));
  page_cursor beyond(query);
  CHECK(beyond.accept(last({"a", "b"}, 2), 1).empty());
  CHECK_FALSE(beyond.failure().has_value());
}

TEST_CASE("resuming at the last run of a page goes on to the next page") {
  auto query = sample();
  query.start_at(position_of(query, page_start::at_next("c1"), 2, "b"));
  page_cursor cursor(query);
  CHECK(cursor.accept(middle({"a", "b"}, "c2", 3), 1).empty());
  REQUIRE_FALSE(cursor.done());
  CHECK(ids_of(cursor.accept(last({"c"}, 3), 1)) == ids{"c"});
}

TEST_CASE("a run of the resumed page that comes again later is not yielded") {
  auto query = sample();
  query.start_at(position_of(query, page_start::at_next("c1"), 1, "a"));
  page_cursor cursor(query);
  cursor.accept(middle({"a", "b"}, "c2", 3), 1);
  CHECK(ids_of(cursor.accept(last({"a", "b", "c"}, 3), 1)) == ids{"c"});
}

TEST_CASE("resuming with max_runs asks for whole pages, so that the last run is found") {
  auto query = sample();
  query.start_at(position_of(query, page_start::at_skip(0), 3, "c"));
  query.max_runs(1);
  page_cursor cursor(query);
  CHECK(cursor.query().page_size() == 100);
  CHECK(ids_of(cursor.accept(last({"a", "b", "c", "d", "e"}, 5), 1)) == ids{"d"});
  CHECK(cursor.done());
}

TEST_CASE("a position of another query is refused before anything is asked for") {
  auto const text = position_of(sample(), page_start::at_next("c1"), 0, "");
  CHECK_NOTHROW(page_cursor(sample().start_at(text)));
  for (auto other : {run_query("p", "s", "x"), sample().sort("createdAt:desc"),
                     sample().filter("f"), sample().page_size(50)}) {
    other.start_at(text);
    try {
      page_cursor const cursor(other);
      FAIL("it was accepted");
    } catch (simruns::request_error const& error) {
      CHECK(error.code() == errc::invalid_argument);
    }
  }
}

TEST_CASE("skip beside a start is refused, as only one can say where to start") {
  for (auto const& start : {std::string("c1"), simruns::position().text()}) {
    CHECK_THROWS_AS(page_cursor(sample().skip(1).start_at(start)), simruns::request_error);
    CHECK_NOTHROW(page_cursor(sample().skip(0).start_at(start)));
  }
}

TEST_CASE("a page that needs nothing dropped is handed on as it is") {
  page_cursor cursor(sample());
  auto const whole = middle({"a", "b"}, "c1", 3);
  auto const accepted = cursor.accept(whole, 1);
  CHECK(accepted.runs().data() == whole.runs().data());
}

TEST_CASE("a server that counts on without end is stopped by max_pages") {
  page_cursor cursor(sample(), 50);
  int pages = 0;
  while (!cursor.done()) {
    cursor.accept(page_with({std::to_string(pages)}, R"({"total":9000000000,"hasNext":true})"), 1);
    ++pages;
  }
  CHECK(pages == 50);
  CHECK(failure_of(cursor) == errc::too_large);
}

TEST_CASE("a walk that falls short names the numbers that are missing") {
  page_cursor cursor(sample());
  cursor.accept(page_with({"a"}, R"({"total":3,"hasNext":true,"next":"c1"})"), 1);
  sample_paging paging;
  paging.total = 3;
  paging.skip = 2;
  cursor.accept(parsed(simruns::testing::page_of({"c"}, paging)), 1);
  CHECK(failure_of(cursor) == errc::incomplete);
  CHECK(cursor.failure()->message == "the walk ended after 2 of 3 runs; missing: sequence 2");
  CHECK(cursor.completeness().missing == 1);
}

TEST_CASE("the sequence says nothing of a walk with a filter, a start of its own or a skip") {
  auto const paging = R"({"total":1,"hasNext":false})";
  std::vector<run_query> queries(5, sample());
  queries[1].filter("x");
  queries[2].endpoint_type("x");
  queries[3].skip(1);
  queries[4].start_at("c1");
  for (std::size_t i = 0; i < queries.size(); ++i) {
    page_cursor cursor(queries[i]);
    cursor.accept(page_with({"a"}, paging), 1);
    CHECK(cursor.completeness().missing.has_value() == (i == 0));
    CHECK(cursor.completeness().filtered == (i == 1 || i == 2));
  }
}

TEST_CASE("a run without a number, or with one below 1, leaves the sequence unknown") {
  for (auto const* number : {"null", "0", "-3", "1.5", "\"1\""}) {
    page_cursor cursor(sample());
    cursor.accept(parsed(std::string(R"({"data":[{"id":"a","sequence":1},{"id":"b","sequence":)") +
                         number + R"(}],"pagination":{"total":2,"hasNext":false}})"),
                  1);
    CHECK_FALSE(cursor.completeness().missing.has_value());
    CHECK(cursor.completeness().gaps.empty());
    CHECK(cursor.completeness().verdict() == walk_verdict::complete);
  }
}

TEST_CASE("backward, a walk follows the previous cursors, each page from its end") {
  auto query = sample();
  query.start_before("c9");
  page_cursor cursor(query);
  CHECK(cursor.next() == page_start::at_previous("c9"));
  auto const more = R"({"total":4,"hasNext":true,"next":"n","hasPrevious":true,"previous":"c1"})";
  CHECK(ids_of(cursor.accept(page_with({"c", "d"}, more), 1)) == ids{"d", "c"});
  CHECK(cursor.next() == page_start::at_previous("c1"));
  auto const first = R"({"total":4,"hasNext":true,"next":"n","hasPrevious":false})";
  CHECK(ids_of(cursor.accept(page_with({"a", "b"}, first), 1)) == ids{"b", "a"});
  CHECK(cursor.done());
  CHECK_FALSE(cursor.failure().has_value());
  CHECK(cursor.completeness().verdict() == walk_verdict::unverified);
}

TEST_CASE("backward has no skip to go on by") {
  auto query = sample();
  query.start_before("c9");
  page_cursor cursor(query);
  cursor.accept(page_with({"a"}, R"({"total":4,"hasPrevious":true})"), 1);
  CHECK(failure_of(cursor) == errc::incomplete);
}

TEST_CASE("backward, a walk is resumed after the run that came last, by its id") {
  auto query = sample();
  query.start_at(position_of(query, page_start::at_previous("c9"), 1, "c"));
  page_cursor cursor(query);
  auto const first = R"({"total":4,"hasPrevious":false})";
  CHECK(ids_of(cursor.accept(page_with({"a", "b", "c", "d"}, first), 1)) == ids{"b", "a"});
}

TEST_CASE("a total that moves is noted, on whichever page, also where it comes back") {
  std::vector<std::int64_t> const totals{5, 6, 4};
  for (auto const moved : totals) {
    for (std::size_t at = 0; at < 5; ++at) {
      page_cursor cursor(sample());
      for (std::size_t i = 0; i < 5; ++i) {
        auto const id = std::string(1, static_cast<char>('a' + i));
        auto const total = i == at ? moved : 5;
        cursor.accept(i == 4 ? last({id}, total) : middle({id}, "c" + id, total), 1);
      }
      auto const& tally = cursor.completeness();
      INFO("total " << moved << " on page " << at << ": " << to_string(tally));
      CHECK(tally.received == 5);
      CHECK(tally.total_moved == (moved != 5));
      CHECK((tally.verdict() == walk_verdict::complete) == (moved == 5));
    }
  }
}

TEST_CASE("a page without a total moves nothing") {
  page_cursor cursor(sample());
  cursor.accept(middle({"a"}, "c1", 3), 1);
  cursor.accept(page_with({"b"}, R"({"hasNext":true,"next":"c2"})"), 1);
  cursor.accept(last({"c"}, 3), 1);
  CHECK_FALSE(cursor.completeness().total_moved);
}

TEST_CASE("a page that does not say what follows it is told what it lacks") {
  struct {
    char const* paging;
    char const* says;
  } const cases[] = {
      {R"({"hasNext":true})",
       "`hasNext` promises a further page, but its cursor `next` is missing"},
      {R"({"hasNext":true,"next":null})",
       "`hasNext` promises a further page, but its cursor `next` is null"},
      {R"({"hasNext":true,"next":""})",
       "`hasNext` promises a further page, but its cursor `next` is empty"},
      {R"({"hasNext":true,"total":1})",
       "`hasNext` promises a further page, but its cursor `next` is missing"},
      {R"({})",
       "the `pagination` of the page has no `hasNext` and no `total`, so nothing says whether a "
       "further page follows"},
      {R"({"hasNext":"yes","limit":3})",
       "the `pagination` of the page has no `hasNext` and no `total`, so nothing says whether a "
       "further page follows"},
      {R"([])", "the page has no `pagination`, so nothing says whether a further page follows"},
      {R"(null)", "the page has no `pagination`, so nothing says whether a further page follows"},
  };
  for (auto const& one : cases) {
    INFO(one.paging);
    page_cursor cursor(sample());
    cursor.accept(page_with({"a"}, one.paging), 1);
    CHECK(failure_of(cursor) == errc::incomplete);
    CHECK(cursor.failure()->message == one.says);
  }
  page_cursor bare(sample());
  bare.accept(parsed(R"({"data":[{"id":"a"}]})"), 1);
  CHECK(failure_of(bare) == errc::incomplete);
  CHECK(bare.failure()->message ==
        "the page has no `pagination`, so nothing says whether a further page follows");
}

TEST_CASE("backward, a page is told that it lacks the members of that way") {
  auto query = sample();
  query.start_before("c9");
  page_cursor promised(query);
  promised.accept(page_with({"a"}, R"({"total":4,"hasNext":true,"hasPrevious":true})"), 1);
  CHECK(promised.failure()->message ==
        "`hasPrevious` promises a further page, but its cursor `previous` is missing");
  page_cursor silent(query);
  silent.accept(page_with({"a"}, R"({"total":4,"hasNext":true,"next":"n"})"), 1);
  CHECK(silent.failure()->message ==
        "the `pagination` of the page has no `hasPrevious`, so nothing says whether a further "
        "page follows");
}

namespace {

/// A page of runs of which each names a batch: JSON, or nothing for a run without the member.
simruns::page of_batches(std::vector<std::string> const& batches, std::string const& paging,
                         std::string const& first_id = "r") {
  std::string body = R"({"data":[)";
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (i != 0) body += ',';
    body += R"({"id":")" + first_id + std::to_string(i) + '"';
    if (!batches[i].empty()) body += R"(,"simulationRunBatchReference":)" + batches[i];
    body += '}';
  }
  return parsed(body + R"(],"pagination":)" + paging + "}");
}

std::string last_of(std::int64_t total) {
  return R"({"total":)" + std::to_string(total) + R"(,"hasNext":false})";
}

bool has_issue(simruns::run const& run, std::string_view path, std::string_view message) {
  return std::ranges::any_of(run.issues,
                             [&](auto const& i) { return i.path == path && i.message == message; });
}

constexpr std::string_view other_batch = "names the batch 'y', and the first run of the walk 'x'";

}  // namespace

TEST_CASE("runs of one walk that name different batches have an issue, and it is not complete") {
  page_cursor cursor(sample());
  cursor.accept(of_batches({R"("x")", R"("x")"}, R"({"total":5,"hasNext":true,"next":"c1"})"), 1);
  CHECK(cursor.completeness().foreign == 0);
  auto const second = of_batches({R"("x")", R"("y")", R"("x")"}, last_of(5), "s");
  auto const got = cursor.accept(second, 1);
  REQUIRE(got.size() == 3);
  CHECK(has_issue(got[1], "/data/1/simulationRunBatchReference", other_batch));
  CHECK_FALSE(has_issue(got[0], "/data/0/simulationRunBatchReference", other_batch));
  CHECK(got.issues().size() == second.issues().size() + 1);
  CHECK(got.body() == second.body());
  CHECK(cursor.completeness().foreign == 1);
  CHECK(cursor.completeness().received == 5);
  CHECK(cursor.completeness().verdict() == walk_verdict::unverified);
}

TEST_CASE("another word for the batch than the query's is no issue") {
  page_cursor cursor(sample());
  auto const whole = of_batches({R"("another form")", R"("another form")"}, last_of(2));
  auto const got = cursor.accept(whole, 1);
  CHECK(got.runs().data() == whole.runs().data());
  CHECK(cursor.completeness().verdict() == walk_verdict::complete);
}

TEST_CASE("a run that names no batch is not of another one") {
  for (auto const* none : {"", "null", "\"\"", "7"}) {
    page_cursor cursor(sample());
    cursor.accept(of_batches({none, R"("x")", none, R"("x")"}, last_of(4)), 1);
    CHECK(cursor.completeness().foreign == 0);
    CHECK(cursor.completeness().verdict() == walk_verdict::complete);
  }
}

TEST_CASE("the issues of the other runs of such a page stay theirs, in the order of the body") {
  page_cursor cursor(sample());
  auto const whole =
      parsed(R"({"data":[{"id":"a","simulationRunBatchReference":"x","sequence":"1"},)"
             R"({"id":"b","simulationRunBatchReference":"y"},)"
             R"({"id":"c","simulationRunBatchReference":"y","sequence":"3"}],"pagination":)" +
             last_of(3) + "}");
  auto const got = cursor.accept(whole, 1);
  REQUIRE(got.size() == 3);
  CHECK(got.issues().size() == whole.issues().size() + 2);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(got[i].issues.size() == whole[i].issues.size() + (i == 0 ? 0 : 1));
    for (std::size_t k = 0; k < whole[i].issues.size(); ++k) {
      CHECK(got[i].issues[k].path == whole[i].issues[k].path);
    }
    CHECK(got[i].json() == whole[i].json());
  }
  auto const kept = got.select(std::vector<std::size_t>{2});
  CHECK(has_issue(kept[0], "/data/2/simulationRunBatchReference", other_batch));
  CHECK(kept.issues().size() == got.issues().size());
}

TEST_CASE("a run that came before is not counted as one of another batch once more") {
  page_cursor cursor(sample());
  auto const more = R"({"total":4,"hasNext":true,"next":"c1"})";
  cursor.accept(of_batches({R"("x")", R"("y")"}, more), 1);
  cursor.accept(of_batches({R"("x")", R"("y")", R"("x")"}, last_of(3)), 1);
  CHECK(cursor.completeness().foreign == 1);
}

TEST_CASE("backward, a run of another batch is noted as well") {
  auto query = sample();
  query.start_before("c9");
  page_cursor cursor(query);
  auto const got =
      cursor.accept(of_batches({R"("y")", R"("y")", R"("x")"}, R"({"hasPrevious":false})"), 1);
  REQUIRE(got.size() == 3);
  CHECK(got[0].id == "r2");
  CHECK(has_issue(got[1], "/data/1/simulationRunBatchReference", other_batch));
  CHECK(cursor.completeness().foreign == 2);
}

TEST_CASE("where issues are errors, a run of another batch is one") {
  page_cursor cursor(sample().strict(true));
  cursor.accept(of_batches({R"("x")"}, R"({"total":3,"hasNext":true,"next":"c1"})"), 1);
  auto const got = cursor.accept(of_batches({R"("x")", R"("y")"}, last_of(3), "s"), 1);
  CHECK(got.empty());
  CHECK(failure_of(cursor) == errc::decode);
  CHECK(cursor.failure()->message ==
        "/data/1/simulationRunBatchReference: " + std::string(other_batch));
}

TEST_CASE("the path of such an issue counts the runs that the page left out") {
  simruns::parse_limits limits;
  limits.skip_bad_runs = true;
  auto const whole = simruns::parse_page(
      R"({"data":[{"id":"x","a":NaN},{"id":"a","simulationRunBatchReference":"x"},)"
      R"({"id":"y","a":NaN},{"id":"b","simulationRunBatchReference":"y"},{"id":"z","a":NaN}]})",
      limits);
  REQUIRE(whole.has_value());
  page_cursor cursor(sample());
  auto const got = cursor.accept(*whole, 1);
  REQUIRE(got.size() == 2);
  CHECK(has_issue(got[1], "/data/3/simulationRunBatchReference", other_batch));
  CHECK(got.bad_runs().size() == 3);
}

TEST_CASE("a cursor of up to 8 KiB is followed, and a longer one ends the walk") {
  std::string const longest(8192, 'c');
  page_cursor cursor(sample());
  cursor.accept(middle({"a"}, longest, 3), 1);
  CHECK(cursor.next().cursor == longest);
  CHECK_FALSE(cursor.done());
  cursor.accept(middle({"b"}, longest + "c", 3), 1);
  CHECK(failure_of(cursor) == errc::too_large);
  CHECK(cursor.failure()->message ==
        "a cursor of the server's takes 8193 bytes; no more than 8192 are followed");
}
