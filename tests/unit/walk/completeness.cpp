#include "simruns/walk/completeness.hpp"

#include "simruns/walk/witness_of.hpp"
#include "support/catch.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

using simruns::completeness;
using simruns::walk_verdict;

namespace {

completeness whole() {
  completeness out;
  out.received = out.handed = 200;
  out.total_first = out.total_last = 200;
  out.pages = 2;
  out.requests = 2;
  out.reached_end = true;
  return out;
}

}  // namespace

TEST_CASE("a walk is complete if the end came and as many runs as an unmoved total counts") {
  CHECK(whole().verdict() == walk_verdict::complete);
}

TEST_CASE("a batch without runs proves nothing, whatever says that it has none") {
  auto c = whole();
  c.received = c.handed = 0;
  c.total_first = c.total_last = 0;
  CHECK(c.empty());
  CHECK(c.verdict() == walk_verdict::unverified);
  c.total_first = c.total_last = std::nullopt;
  CHECK(c.empty());
  CHECK(c.verdict() == walk_verdict::unverified);
  c.filtered = true;
  CHECK(c.empty());
  CHECK(c.verdict() == walk_verdict::unverified);
}

TEST_CASE("a batch is not said to have no runs where the walk cannot know") {
  auto none = whole();
  none.received = none.handed = 0;
  none.total_first = none.total_last = std::nullopt;
  auto unfinished = none;
  unfinished.reached_end = false;
  auto resumed = none;
  resumed.partial = true;
  auto unread = none;
  unread.pages = 0;
  auto short_of = none;
  short_of.total_first = short_of.total_last = 5;
  for (auto const& c : {unfinished, resumed, unread, short_of, whole()}) CHECK_FALSE(c.empty());
}

TEST_CASE("a walk that did not reach the end is incomplete, whatever else it has") {
  for (bool doubted : {false, true}) {
    auto c = whole();
    c.reached_end = false;
    c.partial = c.guessed = doubted;
    CHECK(c.verdict() == walk_verdict::incomplete);
  }
  CHECK(completeness().verdict() == walk_verdict::incomplete);
}

TEST_CASE("fewer runs than an unmoved total are incomplete, more are unverified") {
  auto c = whole();
  c.received = c.handed = 199;
  CHECK(c.verdict() == walk_verdict::incomplete);
  c.received = c.handed = 201;
  CHECK(c.verdict() == walk_verdict::unverified);
}

TEST_CASE("nothing is proved where the total moved or is unknown") {
  auto c = whole();
  c.total_first = 199;
  CHECK(c.verdict() == walk_verdict::unverified);
  c.received = c.handed = 1;
  CHECK(c.verdict() == walk_verdict::unverified);
  completeness unknown;
  unknown.received = unknown.handed = 1;
  unknown.reached_end = true;
  CHECK(unknown.verdict() == walk_verdict::unverified);
}

TEST_CASE("nothing is proved where the total moved and came back") {
  auto c = whole();
  c.total_moved = true;
  CHECK(c.verdict() == walk_verdict::unverified);
  CHECK(to_string(c) == "200 of 200 runs, unverified, the total moved, no duplicate, 2 requests");
  c.received = c.handed = 199;
  CHECK(c.verdict() == walk_verdict::incomplete);
}

TEST_CASE("nothing is proved where runs name different batches, and it is told") {
  auto c = whole();
  c.foreign = 30;
  CHECK(c.verdict() == walk_verdict::unverified);
  CHECK(to_string(c) ==
        "200 of 200 runs, unverified, 30 of another batch, no duplicate, 2 requests");
}

TEST_CASE("nothing is proved of a walk that started in the middle, or that had to guess a page") {
  auto c = whole();
  c.partial = true;
  CHECK(c.verdict() == walk_verdict::unverified);
  c = whole();
  c.guessed = true;
  CHECK(c.verdict() == walk_verdict::unverified);
}

TEST_CASE("duplicates that were dropped do not make a walk less complete") {
  auto c = whole();
  c.duplicates = 5;
  CHECK(c.verdict() == walk_verdict::complete);
}

TEST_CASE("a walk is not complete where a run was taken and never reached its caller") {
  auto c = whole();
  c.handed = 197;
  CHECK(c.dropped() == 3);
  CHECK(c.verdict() == walk_verdict::unverified);
  CHECK(to_string(c) ==
        "200 of 200 runs, unverified, 3 runs were taken and not handed on, no duplicate, "
        "2 requests");
  c.handed = 199;
  CHECK(to_string(c) ==
        "200 of 200 runs, unverified, 1 run was taken and not handed on, no duplicate, 2 requests");
}

TEST_CASE("runs in hand are not handed over yet, and not dropped either") {
  auto c = whole();
  c.handed = 150;
  c.waiting = 50;
  CHECK(c.dropped() == 0);
  CHECK(c.verdict() == walk_verdict::unverified);
  CHECK(to_string(c) == "200 of 200 runs, unverified (50 not taken yet), no duplicate, 2 requests");
  c.handed = 200;
  c.waiting = 0;
  CHECK(c.verdict() == walk_verdict::complete);
}

TEST_CASE("before the end, runs in hand are what anybody expects, and dropped ones are told of") {
  auto c = whole();
  c.reached_end = false;
  c.total_first = c.total_last = 300;
  c.handed = 150;
  c.waiting = 50;
  CHECK(c.verdict() == walk_verdict::incomplete);
  CHECK(to_string(c) ==
        "200 of 300 runs, incomplete (the end was not reached), no duplicate, 2 requests");
  c.waiting = 48;
  CHECK(to_string(c) ==
        "200 of 300 runs, incomplete (the end was not reached), 2 runs were taken and not handed "
        "on, no duplicate, 2 requests");
}

TEST_CASE("runs that did not reach their caller make nothing else of a walk that fell short") {
  auto c = whole();
  c.received = 199;
  c.handed = 190;
  CHECK(c.verdict() == walk_verdict::incomplete);
  c = whole();
  c.limited = true;
  c.handed = 190;
  CHECK(c.verdict() == walk_verdict::unverified);
}

TEST_CASE("numbers say what of a batch is missing, in whatever order they come") {
  completeness c;
  c.number(std::vector<std::int64_t>{5, 1, 2, 9, 2});
  CHECK(c.missing == 5);
  CHECK(c.highest_sequence == 9);
  CHECK(c.gaps == std::vector<simruns::sequence_range>{{3, 4}, {6, 8}});
}

TEST_CASE("completeness is one line for people") {
  CHECK(to_string(whole()) == "200 of 200 runs, complete, no duplicate, 2 requests");
  auto c = whole();
  c.received = c.handed = 150;
  c.reached_end = false;
  c.total_last = 300;
  c.duplicates = 3;
  c.requests = 1;
  CHECK(to_string(c) ==
        "150 of 300 runs, incomplete (the end was not reached), the total moved, "
        "3 duplicates dropped, 1 request");
  c.duplicates = 1;
  CHECK(to_string(c).ends_with(", 1 duplicate dropped, 1 request"));
  CHECK(to_string(completeness()) ==
        "0 of an unknown number of runs, incomplete (the end was not reached), no duplicate, "
        "0 requests");
}

TEST_CASE("a walk that max_runs ended is unverified, and says so in words of its own") {
  auto c = whole();
  c.received = c.handed = 7;
  c.requests = 1;
  c.reached_end = false;
  c.limited = true;
  CHECK(c.verdict() == walk_verdict::unverified);
  CHECK(to_string(c) ==
        "7 of 200 runs, unverified (stopped at max_runs=7), no duplicate, 1 request");
}

TEST_CASE("a batch without runs asks whether it is the right one") {
  auto c = whole();
  c.received = c.handed = 0;
  c.total_first = c.total_last = 0;
  CHECK(to_string(c) ==
        "0 of 0 runs, unverified (no runs: are the references right?), no duplicate, 2 requests");
}

TEST_CASE("a gap in the sequence proves nothing, and is named") {
  auto c = whole();
  c.missing = 0;
  c.highest_sequence = 200;
  CHECK(c.verdict() == walk_verdict::complete);
  CHECK(to_string(c) ==
        "200 of 200 runs, complete, sequence 1-200, no gap, no duplicate, 2 requests");
  c.missing = 4;
  c.highest_sequence = 204;
  c.gaps = {{17, 17}, {40, 42}};
  CHECK(c.verdict() == walk_verdict::unverified);
  CHECK(to_string(c) ==
        "200 of 200 runs, unverified, sequence 1-204 without 17, 40-42, no duplicate, 2 requests");
}

TEST_CASE("of many gaps the first are named, and the rest counted") {
  auto c = whole();
  c.missing = 1'000'000;
  c.highest_sequence = 1'000'200;
  for (std::int64_t first = 10; first < 200; first += 10) c.gaps.push_back({first, first + 1});
  CHECK(missing_text(c) == "10-11, 20-21, 30-31, 40-41, 50-51 and 999990 more");
}

TEST_CASE("a walk that was restarted says why") {
  auto c = whole();
  c.walk = simruns::walk_kind::restarted;
  c.doubt = "a run of page 3 is pending";
  CHECK(c.verdict() == walk_verdict::complete);
  CHECK(to_string(c) ==
        "200 of 200 runs, complete, no duplicate, 2 requests, restarted by cursor: a run of page 3 "
        "is pending");
}

TEST_CASE("of a filtered walk it is said that it was") {
  auto c = whole();
  c.filtered = true;
  CHECK(to_string(c) == "200 of 200 filtered runs, complete, no duplicate, 2 requests");
}

TEST_CASE("what came of requests that brought no page is a retry") {
  auto c = whole();
  c.requests = 5;
  CHECK(c.retries() == 3);
}

TEST_CASE("kinds of a walk have words") {
  using simruns::walk_kind;
  CHECK(to_string(walk_kind::cursor) == "cursor");
  CHECK(to_string(walk_kind::backward) == "backward");
  CHECK(to_string(walk_kind::windows) == "windows");
  CHECK(to_string(walk_kind::restarted) == "restarted");
}

TEST_CASE("verdicts of a walk have words") {
  CHECK(to_string(walk_verdict::complete) == "complete");
  CHECK(to_string(walk_verdict::unverified) == "unverified");
  CHECK(to_string(walk_verdict::incomplete) == "incomplete");
}

namespace {

/// A walk that had everything, and what its batch says of itself.
completeness witnessed(std::string_view batch) {
  auto out = whole();
  auto said = simruns::batch_info::from_json(batch);
  if (!said.reference) said.id = std::string("b");
  out.witness = simruns::witness_of(said, "b");
  return out;
}

completeness none_of(completeness c) {
  c.received = c.handed = 0;
  c.total_first = c.total_last = 0;
  return c;
}

simruns::request_failure refused(simruns::errc code, int status) {
  simruns::request_failure out;
  out.code = code;
  out.status = status;
  out.attempts = 1;
  return out;
}

}  // namespace

TEST_CASE("a batch that counts more settled runs than came lowers a verdict, and says how many") {
  auto const fewer = witnessed(R"({"status":"COMPLETED","completedRuns":250,"failedRuns":12})");
  CHECK(fewer.verdict() == walk_verdict::unverified);
  CHECK(fewer.walk_verdict_alone() == walk_verdict::complete);
  CHECK(fewer.fewer_than_counted() == 62);
  CHECK(to_string(fewer) ==
        "200 of 200 runs, unverified (62 fewer than the batch counts; expired?), no duplicate, "
        "2 requests, the batch counts 262");
  auto const agrees = witnessed(R"({"status":"COMPLETED","completedRuns":190,"failedRuns":10})");
  CHECK(agrees.verdict() == walk_verdict::complete);
  CHECK(to_string(agrees).ends_with("2 requests, the batch counts 200"));
  CHECK(witnessed(R"({"completedRuns":3})").verdict() == walk_verdict::complete);
}

TEST_CASE("a batch that is still running is not whole, whatever came of it") {
  for (auto const* const batch :
       {R"({"status":"IN_PROGRESS"})", R"({"runs":300,"completedRuns":200,"failedRuns":0})"}) {
    auto const running = witnessed(batch);
    CHECK(running.verdict() == walk_verdict::unverified);
    CHECK(to_string(running).find("unverified (still running)") != std::string::npos);
    CHECK(none_of(running).verdict() == walk_verdict::unverified);
  }
}

TEST_CASE("a batch without runs is complete only if it is there, and counts none") {
  auto const proven = none_of(witnessed(R"({"status":"COMPLETED","runs":0,"completedRuns":0})"));
  CHECK(proven.verdict() == walk_verdict::complete);
  CHECK(to_string(proven).find("complete (the batch counts none)") != std::string::npos);
  CHECK(none_of(witnessed(R"({"status":"STOPPED","runs":5})")).verdict() ==
        walk_verdict::unverified);
  CHECK(none_of(witnessed("{}")).verdict() == walk_verdict::unverified);
  auto moved = proven;
  moved.total_moved = true;
  CHECK(moved.verdict() == walk_verdict::unverified);

  auto mistyped = none_of(whole());
  mistyped.witness = simruns::witness_of(refused(simruns::errc::not_found, 404), "b");
  CHECK(mistyped.verdict() == walk_verdict::unverified);
  CHECK(to_string(mistyped).find("no such batch, or a server without this endpoint: are the "
                                 "references right?") != std::string::npos);
}

TEST_CASE("counts that no batch can have prove nothing") {
  for (auto const* const counts :
       {R"({"status":"COMPLETED","completedRuns":"50","failedRuns":0})",
        R"({"completedRuns":9223372036854775807,"failedRuns":9223372036854775807})",
        R"({"runs":-1,"completedRuns":0})", R"({"runs":[],"completedRuns":0,"failedRuns":0})"}) {
    INFO(counts);
    auto const c = witnessed(counts);
    CHECK(c.verdict() == walk_verdict::complete);
    CHECK(to_string(c).ends_with("the batch does not count its runs"));
    CHECK(none_of(c).verdict() == walk_verdict::unverified);
  }
}

TEST_CASE("what a server says of another batch is no witness of this one") {
  auto const other = witnessed(R"({"referenceId":"other","runs":0,"completedRuns":0})");
  CHECK(none_of(other).verdict() == walk_verdict::unverified);
  CHECK(to_string(other).ends_with("no witness (the server tells of another batch)"));
  CHECK(witnessed(R"({"referenceId":"b","completedRuns":200})").witness->present);
}

TEST_CASE("without a witness a walk is judged as before, and that there is none is said") {
  for (auto const& [code, status, text] : {std::tuple(simruns::errc::forbidden, 403, "HTTP 403"),
                                           std::tuple(simruns::errc::not_found, 404, "HTTP 404"),
                                           std::tuple(simruns::errc::timeout, 0, "timeout")}) {
    auto c = whole();
    c.witness = simruns::witness_of(refused(code, status), "b");
    CHECK(c.verdict() == walk_verdict::complete);
    CHECK(to_string(c).find("no witness (" + std::string(text)) != std::string::npos);
    CHECK(c.witness->requests == 1);
  }
}

TEST_CASE("a witness counts all runs, so it says nothing of a walk over some") {
  auto const batch = R"({"status":"COMPLETED","completedRuns":500})";
  auto filtered = witnessed(batch);
  filtered.filtered = true;
  CHECK(filtered.verdict() == walk_verdict::complete);
  auto limited = witnessed(batch);
  limited.limited = true;
  CHECK(limited.fewer_than_counted() == 0);
  auto unfinished = witnessed(batch);
  unfinished.reached_end = false;
  CHECK(unfinished.verdict() == walk_verdict::incomplete);
}

TEST_CASE("a walk over scenarios or batches says what it counts") {
  auto c = whole();
  c.of = simruns::resource::batches;
  CHECK(to_string(c).starts_with("200 of 200 batches, complete"));
  c.handed = 199;
  CHECK(to_string(c).find("1 batch was taken") != std::string::npos);
  c.of = simruns::resource::scenarios;
  c.limited = true;
  CHECK(to_string(c).find("stopped at max_scenarios=200") != std::string::npos);
}
