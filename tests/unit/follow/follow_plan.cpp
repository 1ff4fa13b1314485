#include "simruns/follow/follow_plan.hpp"

#include "support/catch.hpp"
#include "support/live_batch.hpp"
#include "support/random.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

using simruns::errc;
using simruns::follow_end;
using simruns::follow_options;
using simruns::follow_plan;
using simruns::page_start;
using ids = std::vector<std::string>;
using test::live_batch;

namespace {

simruns::run_query sample() { return simruns::run_query("p", "s", "b"); }

/// A batch of runs a0, a1, ... at times 1000, 2000, ..., all pending, three a page.
live_batch batch_of(int runs, live_batch::cursors kind = live_batch::cursors::by_run) {
  live_batch out(3, kind);
  for (int i = 0; i < runs; ++i) out.add("a" + std::to_string(i), 1000 * (i + 1));
  return out;
}

/// One poll, with what happens after each page; the ids it gives.
ids poll(follow_plan& plan, live_batch const& batch, std::function<void()> const& then = {}) {
  ids out;
  for (plan.begin_poll(); plan.polling();) {
    auto const got = plan.accept(batch.page_at(plan.next().cursor), 1);
    for (auto const& run : got) out.emplace_back(run.id);
    if (then) then();
  }
  return out;
}

/// Pages that a poll asks for.
std::uint64_t pages_of(follow_plan& plan, live_batch const& batch) {
  auto const before = plan.status().pages;
  poll(plan, batch);
  return plan.status().pages - before;
}

ids lost_of(follow_plan const& plan) {
  ids out;
  for (auto const& lost : plan.lost()) out.push_back(lost.id);
  return out;
}

simruns::request_failure refusal(std::string field) {
  simruns::request_failure out;
  out.code = errc::bad_request;
  out.status = 400;
  out.field = std::move(field);
  out.attempts = 1;
  return out;
}

}  // namespace

TEST_CASE("a run is given when it has settled, once, also if it changes later") {
  auto batch = batch_of(2);
  follow_plan plan(sample(), {});
  CHECK(poll(plan, batch).empty());
  batch.settle("a1");
  CHECK(poll(plan, batch) == ids{"a1"});
  CHECK(poll(plan, batch).empty());
  batch.expire("a1");
  batch.add("a1", 2000);
  CHECK(poll(plan, batch).empty());
  batch.settle("a1");
  batch.settle("a0");
  CHECK(poll(plan, batch) == ids{"a0"});
  CHECK(plan.status().settled == 2);
  CHECK(plan.status().pending == 0);
}

TEST_CASE("a poll begins at the earliest page with a pending run, or else at the last page") {
  auto batch = batch_of(12);
  follow_plan plan(sample(), {});
  CHECK(pages_of(plan, batch) == 4);
  for (auto const* id : {"a0", "a1", "a2", "a3", "a5"}) batch.settle(id);
  CHECK(pages_of(plan, batch) == 4);
  CHECK(pages_of(plan, batch) == 3);  // a4 is in the second page
  for (auto const& run : ids{"a4", "a6", "a7", "a8", "a9", "a10", "a11"}) batch.settle(run);
  CHECK(pages_of(plan, batch) == 3);
  CHECK(pages_of(plan, batch) == 1);
  plan.begin_poll();
  CHECK(plan.next() == page_start::at_next("9000"));
}

TEST_CASE("runs that expire before the place where a poll begins do not shift it") {
  auto batch = batch_of(9);
  for (auto const* id : {"a0", "a1", "a2", "a3", "a4", "a5"}) batch.settle(id);
  follow_plan plan(sample(), {});
  poll(plan, batch);
  batch.expire("a0");
  batch.expire("a4");
  batch.settle("a6");
  CHECK(poll(plan, batch) == ids{"a6"});
  CHECK(plan.lost().empty());
}

TEST_CASE("a pending run that goes is lost, once it was missed twice") {
  auto batch = batch_of(7);
  follow_plan plan(sample(), {});
  poll(plan, batch);
  batch.expire("a4");
  CHECK(poll(plan, batch).empty());
  REQUIRE(lost_of(plan) == ids{"a4"});
  CHECK(why_lost(plan.lost()[0]) == "pending in poll 1, gone in poll 2, before it settled");
  CHECK(plan.status().seen == 7);
  CHECK(plan.status().lost == 1);
  CHECK(plan.status().pending == 6);
  poll(plan, batch);
  CHECK(plan.lost().size() == 1);
}

TEST_CASE("the runs that one poll lost stand in the order of the batch") {
  std::string const one =
      R"({"id":"b","sequence":1,"metrics":{}},{"id":"a","sequence":2,"metrics":{}})";
  follow_plan plan(sample(), {});
  plan.begin_poll();
  plan.accept(test::parsed(test::page_around(one)), 1);
  poll(plan, batch_of(0));
  CHECK(lost_of(plan) == ids{"b", "a"});
}

TEST_CASE("a run that a shifting cursor hides once is not lost") {
  // A run of the first page goes when that was read, so the count passes over another one.
  auto batch = batch_of(9, live_batch::cursors::by_count);
  follow_plan plan(sample(), {});
  poll(plan, batch);
  int pages = 0;
  auto const shift = [&] {
    if (++pages == 1) batch.expire("a0");
  };
  poll(plan, batch, shift);
  CHECK(lost_of(plan).empty());
  poll(plan, batch);
  CHECK(lost_of(plan) == ids{"a0"});
}

TEST_CASE("what was lost and is there again is followed again") {
  auto batch = batch_of(2);
  follow_plan plan(sample(), {});
  poll(plan, batch);
  batch.expire("a1");
  poll(plan, batch);
  REQUIRE(lost_of(plan) == ids{"a1"});
  batch.add("a1", 2000, true);
  CHECK(poll(plan, batch) == ids{"a1"});
  CHECK(plan.lost().empty());
  CHECK(plan.status().seen == 2);
}

TEST_CASE("a run that appears before the place where polls begin is found in the same poll") {
  auto batch = batch_of(9);
  for (auto const& run : ids{"a0", "a1", "a2", "a3", "a4", "a5"}) batch.settle(run);
  follow_plan plan(sample(), {});
  poll(plan, batch);
  poll(plan, batch);
  CHECK(pages_of(plan, batch) == 1);
  batch.add("late", 1500);
  poll(plan, batch);
  CHECK(plan.status().seen == 10);
  batch.settle("late");
  CHECK(poll(plan, batch) == ids{"late"});
}

TEST_CASE("an appearance that an expiry hides is found in the same poll, or by the thirteenth") {
  auto batch = batch_of(9);
  for (auto const& run : ids{"a0", "a1", "a2", "a3", "a4", "a5"}) batch.settle(run);
  follow_plan plan(sample(), {});
  poll(plan, batch);
  poll(plan, batch);

  SECTION("more go than come") {
    batch.expire("a0");
    batch.expire("a3");
    batch.add("late", 1500, true);
    CHECK(poll(plan, batch) == ids{"late"});
  }
  SECTION("as many go as come") {
    batch.expire("a0");
    batch.add("late", 1500, true);
    int polls = 1;
    while (polls < 50 && poll(plan, batch).empty()) ++polls;
    CHECK(polls == 12);  // and one before
  }
}

TEST_CASE("a large batch is not read from the start more often than it costs in all") {
  auto batch = batch_of(300);
  for (int i = 0; i < 297; ++i) batch.settle("a" + std::to_string(i));
  follow_plan plan(sample(), {});
  REQUIRE(pages_of(plan, batch) == 100);
  int cheap = 0;
  for (int i = 0; pages_of(plan, batch) == 1; ++i) {
    batch.expire("a" + std::to_string(i));
    ++cheap;
  }
  CHECK(cheap >= 88);
  CHECK(cheap <= 100);
}

TEST_CASE("a total that is always wrong does not make every poll read all") {
  auto batch = batch_of(9);
  for (int i = 0; i < 9; ++i) batch.settle("a" + std::to_string(i));
  batch.extra_total = 1000;
  follow_plan plan(sample(), {});
  poll(plan, batch);
  poll(plan, batch);
  CHECK(pages_of(plan, batch) == 1);
  batch.add("late", 1500, true);
  CHECK(poll(plan, batch) == ids{"late"});
}

TEST_CASE("it ends when so many runs have settled or are lost, in the middle of a page") {
  auto batch = batch_of(5);
  follow_plan plan(sample(), follow_options().until_count(3));
  poll(plan, batch);
  batch.expire("a0");
  poll(plan, batch);
  for (auto const& run : ids{"a1", "a2", "a3"}) batch.settle(run);
  CHECK(poll(plan, batch) == ids{"a1", "a2"});
  CHECK(plan.done());
  CHECK_FALSE(plan.polling());
  CHECK(plan.status().ended == follow_end::count);
}

TEST_CASE("it ends when the last of the expected runs is lost") {
  auto batch = batch_of(2);
  batch.settle("a0");
  follow_plan plan(sample(), follow_options().until_count(2));
  CHECK(poll(plan, batch) == ids{"a0"});
  batch.expire("a1");
  CHECK(poll(plan, batch).empty());
  CHECK(plan.status().ended == follow_end::count);
}

TEST_CASE("it ends behind the run for which the predicate is true") {
  auto batch = batch_of(5);
  for (int i = 0; i < 5; ++i) batch.settle("a" + std::to_string(i));
  follow_plan plan(sample(),
                   follow_options().until([](simruns::run const& run) { return run.id == "a3"; }));
  CHECK(poll(plan, batch) == ids{"a0", "a1", "a2", "a3"});
  CHECK(plan.status().ended == follow_end::until);
}

TEST_CASE("a predicate that throws costs no run, and is told") {
  auto batch = batch_of(2);
  batch.settle("a0");
  follow_plan plan(sample(), follow_options().until([](simruns::run const&) -> bool {
    throw std::runtime_error("no");
  }));
  CHECK(poll(plan, batch) == ids{"a0"});
  auto const failure = plan.take_failure();
  REQUIRE(failure);
  CHECK(failure->code == errc::invalid_argument);
  CHECK(failure->message == "until failed for run a0: no");
  CHECK_FALSE(plan.take_failure());
}

TEST_CASE("whatever a predicate throws costs no run, and is told") {
  auto batch = batch_of(2);
  batch.settle("a0");
  follow_plan plan(sample(), follow_options().until([](simruns::run const&) -> bool { throw 7; }));
  CHECK(poll(plan, batch) == ids{"a0"});
  auto const failure = plan.take_failure();
  REQUIRE(failure);
  CHECK(failure->message == "until failed for run a0: it threw what is no std::exception");
}

TEST_CASE("a query that asks for windows is followed as any other") {
  auto batch = batch_of(7);
  for (int i = 0; i < 6; ++i) batch.settle("a" + std::to_string(i));
  follow_plan plan(sample().walk(simruns::walk_mode::windows), {});
  CHECK(poll(plan, batch).size() == 6);
  batch.settle("a6");
  CHECK(poll(plan, batch) == ids{"a6"});
}

TEST_CASE("totals at both ends of what a number holds cost no run") {
  using limits = std::numeric_limits<std::int64_t>;
  auto batch = batch_of(0);
  for (int i = 0; i < 9; ++i) batch.add("a" + std::to_string(i), i + 1, true);
  batch.extra_total = limits::max() - 9;
  follow_plan plan(sample(), {});
  CHECK(poll(plan, batch).size() == 9);
  batch.extra_total = 0;
  for (int i = 9; i < 30; ++i) batch.add("a" + std::to_string(i), i + 1, true);
  CHECK(poll(plan, batch).size() == 21);
  CHECK(poll(plan, batch).empty());

  follow_plan other(sample(), {});
  for (int i = 0; i < 2; ++i) {
    other.begin_poll();
    auto const got = other.accept(
        test::parsed(R"({"data":[{"id":"a","metrics":{"success":true}}],"pagination":{)"
                     R"("total":-9223372036854775808,"hasNext":false}})"),
        1);
    CHECK(got.size() == (i == 0 ? 1 : 0));
    CHECK_FALSE(other.polling());
  }
}

TEST_CASE("a refused cursor begins the poll at the first page, once") {
  auto batch = batch_of(6);
  for (auto const& run : ids{"a0", "a1", "a2"}) batch.settle(run);
  follow_plan plan(sample(), {});
  poll(plan, batch);
  plan.begin_poll();
  REQUIRE(plan.next().by == page_start::kind::next);
  CHECK_FALSE(plan.refused(refusal("sort")));
  REQUIRE(plan.next().by == page_start::kind::next);
  CHECK(plan.refused(refusal("next")));
  REQUIRE(plan.next() == page_start::at_skip(0));
  plan.accept(batch.page_at(""), 1);
  REQUIRE(plan.next().by == page_start::kind::next);
  CHECK_FALSE(plan.refused(refusal("next")));
  // It is told; whoever goes on all the same begins at the first page, as if it were a new poll.
  CHECK(plan.next() == page_start::at_skip(0));
  plan.accept(batch.page_at(""), 1);
  CHECK(plan.refused(refusal("next")));
}

TEST_CASE("pages in a circle are errors, and the poll begins at the first page") {
  auto const looping = [](std::string next, ids const& runs) {
    std::string body = R"({"data":[)";
    for (auto const& id : runs)
      body += (body.back() == '[' ? "" : ",") + ("{\"id\":\"" + id + "\"}");
    return test::parsed(body + R"(],"pagination":{"total":9,"hasNext":true,"next":)" + next + "}}");
  };
  follow_plan plan(sample(), {});
  plan.begin_poll();
  plan.accept(looping("\"c\"", {"a"}), 1);

  SECTION("a cursor twice") { plan.accept(looping("\"c\"", {"b"}), 1); }
  SECTION("a page twice") { plan.accept(looping("\"d\"", {"a"}), 1); }
  SECTION("four empty pages") {
    for (auto const* next : {"\"d\"", "\"e\"", "\"f\"", "\"g\""}) plan.accept(looping(next, {}), 1);
  }
  auto const failure = plan.take_failure();
  REQUIRE(failure);
  CHECK(failure->code == errc::pagination);
  CHECK(plan.polling());
  CHECK(plan.next() == page_start::at_skip(0));
}

TEST_CASE(
    "a further page to which no cursor leads is asked for by skip, but no poll begins there") {
  follow_plan plan(sample(), {});
  auto const page = [](std::string const& id, bool more) {
    return test::parsed(R"({"data":[{"id":")" + id +
                        R"(","metrics":{"success":true}}],"pagination":{"total":2,"hasNext":)" +
                        (more ? "true" : "false") + "}}");
  };
  plan.begin_poll();
  plan.accept(page("a", true), 1);
  CHECK(plan.next() == page_start::at_skip(1));
  plan.accept(page("b", false), 1);
  REQUIRE_FALSE(plan.polling());
  plan.begin_poll();
  CHECK(plan.next() == page_start::at_skip(0));
}

TEST_CASE("runs without an id are counted, and not given") {
  follow_plan plan(sample(), {});
  for (int i = 0; i < 2; ++i) {
    plan.begin_poll();
    CHECK(
        plan.accept(test::parsed(test::page_around(R"({"metrics":{"success":true}})")), 1).empty());
    CHECK(plan.status().unnamed == 1);
    CHECK(plan.status().seen == 0);
  }
}

TEST_CASE("a query with a start, an end or an order of its own is not followed") {
  auto const refused = [](simruns::run_query const& query) {
    try {
      follow_plan const plan(query, {});
    } catch (simruns::request_error const& error) {
      return error.code() == errc::invalid_argument;
    }
    return false;
  };
  CHECK(refused(sample().skip(1)));
  CHECK(refused(sample().start_at("c")));
  CHECK(refused(sample().max_runs(1)));
  CHECK(refused(sample().sort("createdAt:desc")));
  CHECK(refused(sample().sort("")));
  CHECK_FALSE(refused(sample().filter("x").endpoint_type("y").page_size(7).strict(true)));
}

namespace {

/// Lets a random batch live, and follows it.
struct story {
  enum class growth { at_the_end, anywhere };

  story(std::uint64_t seed, growth what, live_batch::cursors kind)
      : random(seed), how(what), cursors(kind), batch(2 + random.below(6), kind) {}

  void happen() {
    auto const& there = batch.runs();
    auto const what = random.below(10);
    if (what < 4 || there.empty()) {
      auto const time = how == growth::at_the_end ? next_time += 1000 : middle_time();
      auto const id = "r" + std::to_string(made++);
      batch.add(id, time, random.one_in(4));
      if (batch.runs()[index_of(id)].settled) settled_in[id] = polls;
    } else if (what < 8) {
      auto const id = random.pick(there).id;
      batch.settle(id);
      settled_in.try_emplace(id, polls);
    } else {
      auto const gone = random.pick(there);
      if (!gone.settled) lost.insert(gone.id);
      batch.expire(gone.id);
    }
  }

  std::int64_t middle_time() {
    next_time += 1000;
    std::int64_t time = 0;
    do {
      time = static_cast<std::int64_t>(1 + random.below(static_cast<std::size_t>(next_time)));
    } while (!times.insert(time).second);
    return time;
  }

  std::size_t index_of(std::string const& id) const {
    std::size_t at = 0;
    while (batch.runs()[at].id != id) ++at;
    return at;
  }

  void poll(follow_plan& plan, bool lively) {
    ++polls;
    for (plan.begin_poll(); plan.polling();) {
      if (lively && random.one_in(3)) happen();
      auto const got = plan.accept(batch.page_at(plan.next().cursor), 1);
      for (auto const& run : got) {
        INFO("run " << run.id << " in poll " << polls);
        CHECK(given.emplace(std::string(run.id), polls).second);
      }
      // An insert that shifts a page by all of its runs looks as if the pages went in a circle.
      if (!plan.take_failure()) continue;
      REQUIRE(cursors == live_batch::cursors::by_count);
      lively = false;
    }
  }

  test::random_source random;
  growth how;
  live_batch::cursors cursors;
  live_batch batch;
  std::int64_t next_time = 0;
  std::set<std::int64_t> times;
  int made = 0;
  int polls = 0;
  std::map<std::string, int> settled_in;  ///< The poll during, or after, which a run settled.
  std::map<std::string, int> given;
  std::set<std::string> lost;
};

}  // namespace

TEST_CASE("whatever happens between pages, each run comes once, in time, or is lost") {
  using cursors = live_batch::cursors;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    auto const how = seed % 2 == 0 ? story::growth::at_the_end : story::growth::anywhere;
    auto const kind = seed % 4 < 2 ? cursors::by_run : cursors::by_count;
    CAPTURE(seed);
    story told(seed, how, kind);
    follow_plan plan(sample(), {});
    for (int i = 0; i < 25; ++i) {
      for (auto events = told.random.below(6); events > 0; --events) told.happen();
      told.poll(plan, true);
    }
    for (int i = 0; i < 14; ++i) told.poll(plan, false);

    for (auto const& run : told.batch.runs()) {
      INFO(run.id);
      CHECK(told.given.contains(run.id) == run.settled);
    }
    for (auto const& [id, poll] : told.given) CHECK(told.settled_in.contains(id));
    for (auto const& lost : plan.lost()) {
      INFO(lost.id);
      CHECK_FALSE(told.batch.has(lost.id));
      CHECK_FALSE(told.given.contains(lost.id));
      CHECK(told.lost.contains(lost.id) + told.settled_in.contains(lost.id) > 0);
    }
    auto const status = plan.status();
    CHECK(status.settled == static_cast<std::int64_t>(told.given.size()));
    CHECK(status.seen == status.settled + status.pending + status.lost);

    if (how == story::growth::anywhere || kind == cursors::by_count) continue;
    for (auto const& [id, poll] : told.given) {
      INFO(id << " settled in or after poll " << told.settled_in[id]);
      CHECK(poll <= told.settled_in[id] + 1);
    }
  }
}

TEST_CASE("the first poll after the batch was final that finds no pending run is the last") {
  auto batch = batch_of(4);
  follow_plan plan(sample(), {});
  poll(plan, batch);
  plan.note_batch(simruns::batch_state::in_progress, 5);
  CHECK(plan.status().ordered == 5);
  batch.settle("a0");
  CHECK(poll(plan, batch) == ids{"a0"});
  plan.note_batch(simruns::batch_state::completed, 5);
  CHECK_FALSE(plan.done());
  poll(plan, batch);
  CHECK_FALSE(plan.done());  // runs are pending
  for (auto const* const id : {"a1", "a2", "a3"}) batch.settle(id);
  batch.add("a4", 5000);
  batch.settle("a4");
  CHECK(poll(plan, batch) == ids{"a1", "a2", "a3", "a4"});
  CHECK(plan.status().ended == follow_end::finished);
}

TEST_CASE("a batch that became final while a poll was under way does not end that poll") {
  auto batch = batch_of(1);
  batch.settle("a0");
  follow_plan plan(sample(), {});
  CHECK(poll(plan, batch, [&] { plan.note_batch(simruns::batch_state::stopped, {}); }) ==
        ids{"a0"});
  CHECK_FALSE(plan.done());
  CHECK(poll(plan, batch).empty());
  CHECK(plan.done());
}
