#include "simruns/walk/walk_plan.hpp"
#include "support/catch.hpp"
#include "support/model_batch.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

using simruns::page_start;
using simruns::walk_kind;
using simruns::walk_mode;
using simruns::walk_verdict;
using test::model_batch;
using test::random_source;

namespace {

/// What may happen to the batch between two requests.
struct weather {
  bool moves = false;     ///< Runs appear, at the end or late, expire, settle.
  bool reorders = false;  ///< A run changes its place.
  std::size_t calm = 1;   ///< It happens once in so many times,
  int most = 40;          ///< and so often at most: a walk never ends that new runs outpace.
  model_batch::odds odds;
};

void happen(weather& may, model_batch& batch, random_source& random) {
  if (!may.moves || !random.one_in(may.calm) || --may.most < 0) return;
  if (random.one_in(3)) {  // one goes and one comes: `total` stays as it was
    batch.expire(random);
    batch.insert_last();
    return;
  }
  if (random.one_in(3)) batch.insert_last();
  if (random.one_in(9)) batch.insert_early(random);
  if (random.one_in(3)) batch.expire(random);
  if (may.reorders && random.one_in(3)) batch.reorder(random);
}

struct outcome {
  std::vector<std::string> ids;
  page_start next;  ///< After the last of them.
  simruns::completeness tally;
  std::optional<simruns::request_failure> failure;
};

/// A walk whose pages come in any order, each as the batch was at some moment after it was asked.
outcome walk(simruns::run_query const& query, model_batch& batch, weather may,
             random_source& random, int most_steps = 1 << 30) {
  simruns::walk_plan plan(query, 10'000);
  outcome out;
  struct answer {
    simruns::page_wish wish;
    simruns::page got;
  };
  std::vector<simruns::page_wish> asked;
  std::vector<answer> on_the_way;
  for (int steps = 0; !plan.done() || plan.has_step(); ++steps) {
    if (steps == 100'000) FAIL("the walk does not end");
    while (plan.has_step() && most_steps > 0) {
      auto const step = plan.take();
      for (auto const& run : step.fresh) out.ids.emplace_back(run.id);
      out.next = step.next;
      --most_steps;
    }
    if (most_steps == 0) {
      out.tally = plan.ended().tally;
      return out;
    }
    auto const ahead = 1 + random.below(5);
    while (auto wish = plan.next_wish(ahead)) asked.push_back(*wish);
    happen(may, batch, random);
    if (!asked.empty() && (on_the_way.empty() || random.one_in(2))) {
      auto const i = static_cast<std::ptrdiff_t>(random.below(asked.size()));
      auto const wish = asked[static_cast<std::size_t>(i)];
      asked.erase(asked.begin() + i);
      auto const limit = static_cast<std::size_t>(plan.query().page_size());
      on_the_way.push_back({wish, batch.page(wish.start, limit, may.odds, random)});
    } else if (!on_the_way.empty()) {
      auto const i = static_cast<std::ptrdiff_t>(random.below(on_the_way.size()));
      auto const latest = on_the_way[static_cast<std::size_t>(i)];
      on_the_way.erase(on_the_way.begin() + i);
      if (random.one_in(10)) {
        plan.missed(latest.wish);
      } else if (!plan.came(latest.wish, latest.got, 1)) {
        asked.clear();
        on_the_way.clear();
      }
    }
  }
  auto const end = plan.ended();
  out.tally = end.tally;
  out.failure = end.failure;
  return out;
}

simruns::run_query small_pages(walk_mode how, random_source& random) {
  simruns::run_query query("p", "s", "b");
  query.walk(how).page_size(1 + static_cast<int>(random.below(4)));
  return query;
}

/// The query of a walk that goes on where this one stands.
simruns::run_query going_on(simruns::run_query query, outcome const& from) {
  simruns::position place;
  place.page = from.next;
  place.last_id = from.ids.empty() ? "" : from.ids.back();
  place.digest = query.digest();
  return query.start_at(place.text());
}

bool came_all(outcome const& got, model_batch const& batch) {
  std::set<std::string> const ids(got.ids.begin(), got.ids.end());
  return std::ranges::includes(ids, batch.existed_throughout());
}

void check_sound(outcome const& got, model_batch const& batch) {
  std::set<std::string> const ids(got.ids.begin(), got.ids.end());
  REQUIRE(ids.size() == got.ids.size());
  REQUIRE(std::ranges::includes(batch.existed_ever(), ids));
  REQUIRE(got.tally.received == static_cast<std::int64_t>(ids.size()));
}

constexpr std::uint64_t histories = 10'000;

/// From a batch that moves all the time to one that does so once in a walk or never.
std::size_t draw_calm(random_source& random) { return std::size_t{1} << random.below(6); }

}  // namespace

TEST_CASE("of a batch that moves, a cursor walk gets every run that was there throughout, once") {
  weather may;
  may.moves = true;
  for (std::uint64_t seed = 0; seed < histories; ++seed) {
    random_source random(seed);
    may.calm = draw_calm(random);
    may.odds.short_pages = random.one_in(2);
    model_batch batch(random.below(25));
    auto const got = walk(small_pages(walk_mode::cursor, random), batch, may, random);
    INFO("seed " << seed << ": " << to_string(got.tally));
    check_sound(got, batch);
    bool const in_time = !got.failure || got.failure->code != simruns::errc::pagination;
    REQUIRE((came_all(got, batch) || !in_time));
  }
}

TEST_CASE("whatever a server gets wrong, a walk that calls itself complete has every run") {
  weather may;
  may.moves = true;
  std::uint64_t complete = 0;
  for (std::uint64_t seed = 0; seed < histories; ++seed) {
    random_source random(seed);
    may.moves = random.one_in(2);
    may.calm = draw_calm(random);
    may.reorders = may.moves && random.one_in(2);
    may.odds.lies_in_total = random.one_in(3);
    may.odds.short_pages = random.one_in(3);
    may.odds.repeats_cursor = random.one_in(4);
    may.odds.no_cursor = random.one_in(4);
    model_batch batch(random.below(25));
    auto const how = random.one_in(2) ? walk_mode::cursor : walk_mode::automatic;
    auto const got = walk(small_pages(how, random), batch, may, random);
    INFO("seed " << seed << ": " << to_string(got.tally));
    check_sound(got, batch);
    if (got.failure) {
      REQUIRE(got.failure->code == simruns::condition::incomplete);
      REQUIRE(got.tally.verdict() != walk_verdict::complete);
    } else if (got.tally.verdict() == walk_verdict::complete) {
      ++complete;
      REQUIRE(came_all(got, batch));
    }
  }
  CHECK(complete > histories / 10);
}

TEST_CASE("of a batch that moves, windows get every run that was there throughout, once") {
  weather may;
  may.moves = true;
  std::uint64_t restarted = 0;
  std::uint64_t by_windows = 0;
  for (std::uint64_t seed = 0; seed < histories; ++seed) {
    random_source random(seed);
    model_batch batch(10 + random.below(25));
    may.moves = !random.one_in(4);
    may.calm = draw_calm(random);
    auto const got = walk(small_pages(walk_mode::automatic, random), batch, may, random);
    INFO("seed " << seed << ": " << to_string(got.tally));
    check_sound(got, batch);
    restarted += got.tally.walk == walk_kind::restarted;
    by_windows += got.tally.walk == walk_kind::windows;
    REQUIRE(came_all(got, batch));
    if (may.moves) continue;
    REQUIRE(got.ids == batch.order());
    REQUIRE(got.tally.verdict() == walk_verdict::complete);
    REQUIRE(got.tally.walk != walk_kind::restarted);
  }
  CHECK(restarted > histories / 10);
  CHECK(by_windows > histories / 10);
}

TEST_CASE("a walk that is left, and gone on with from its place, loses nothing that was there") {
  weather may;
  may.moves = true;
  for (std::uint64_t seed = 0; seed < histories; ++seed) {
    random_source random(seed);
    model_batch batch(10 + random.below(25));
    may.calm = draw_calm(random);
    auto query = small_pages(walk_mode::automatic, random);
    auto got = walk(query, batch, may, random, 1 + static_cast<int>(random.below(6)));
    // What a restarted walk gave before is known to it only; for one that ended see below.
    if (got.tally.walk == walk_kind::restarted || got.tally.reached_end) continue;
    auto const rest = walk(going_on(query, got), batch, may, random);
    INFO("seed " << seed << ": " << to_string(rest.tally));
    got.ids.insert(got.ids.end(), rest.ids.begin(), rest.ids.end());
    REQUIRE(came_all(got, batch));
    std::set<std::string> const once(got.ids.begin(), got.ids.end());
    REQUIRE(once.size() == got.ids.size());
  }
}

TEST_CASE("a walk that ended, and is gone on with, gets the runs that came since, and no other") {
  std::size_t by_windows = 0;
  for (std::uint64_t seed = 0; seed < histories; ++seed) {
    random_source random(seed);
    model_batch batch(1 + random.below(35));
    auto const query = small_pages(walk_mode::automatic, random);
    auto const got = walk(query, batch, weather(), random);
    by_windows += got.tally.walk == walk_kind::windows;
    auto const before = batch.order();
    for (auto more = random.below(25); more > 0; --more) batch.insert_last();
    auto const rest = walk(going_on(query, got), batch, weather(), random);
    auto const all = batch.order();
    INFO("seed " << seed << ": " << to_string(got.tally) << "; " << to_string(rest.tally));
    REQUIRE(got.ids == before);
    REQUIRE(rest.ids == std::vector<std::string>(
                            all.begin() + static_cast<std::ptrdiff_t>(before.size()), all.end()));
  }
  CHECK(by_windows > histories / 10);
}

TEST_CASE("windows leave a batch that is not settled to the cursor") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    random_source random(seed);
    model_batch batch(20);
    batch.unsettle_last();
    auto const got = walk(small_pages(walk_mode::automatic, random), batch, weather(), random);
    REQUIRE(got.ids == batch.order());
    REQUIRE(got.tally.walk != walk_kind::windows);
    REQUIRE(got.tally.verdict() == walk_verdict::complete);
  }
}

TEST_CASE("backward is the exact reverse of forward") {
  for (std::uint64_t seed = 0; seed < 1'000; ++seed) {
    random_source random(seed);
    weather may;
    may.odds.short_pages = random.one_in(2);
    model_batch batch(random.below(25));
    auto query = small_pages(walk_mode::automatic, random);
    query.start_before(std::to_string(std::int64_t{1} << 60) + ".0");
    auto got = walk(query, batch, may, random);
    if (got.failure) {  // four pages in a row may come empty
      REQUIRE(got.failure->code == simruns::errc::pagination);
      continue;
    }
    std::ranges::reverse(got.ids);
    REQUIRE(got.ids == batch.order());
    REQUIRE(got.tally.walk == walk_kind::backward);
    REQUIRE(got.tally.verdict() == walk_verdict::unverified);
  }
}
