#include "simruns/simulator/store/detail/store.hpp"

#include "simruns/simulator/data/detail/random.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"
#include "simruns/simulator/store/detail/ordering.hpp"
#include "simruns/simulator/store/detail/page_query.hpp"
#include "simruns/simulator/store/detail/run_filter.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim = simruns::simulator;

namespace {

using ids = std::vector<std::string>;

sim::batch_key const key{"p", "s", "b"};

/// Runs with many ties and many gaps.
std::vector<sim::stored_run> random_runs(sim::detail::random_source& random, std::size_t count) {
  static constexpr std::array<char const*, 4> statuses{"", "SUCCESS", "FAILED", "ERROR"};
  static constexpr std::array<char const*, 3> endpoints{"", "rest", "voice:2,x"};
  std::vector<sim::stored_run> runs(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto& run = runs[i];
    run.number = i;
    if (!random.chance(100)) run.id = random.hex(6) + "-" + std::to_string(i);
    run.key = key;
    if (!random.chance(100)) run.sequence = random.below(1000);
    if (!random.chance(100)) run.created_at = static_cast<int>(random.below(9)) - 4;
    if (!random.chance(300)) run.duration = random.below(3);
    if (!random.chance(300)) run.success = random.chance(500);
    run.status = random.pick(statuses);
    run.end_point_type = random.pick(endpoints);
    run.json = "{\"text\":" + std::to_string(i) + "}";
  }
  return runs;
}

sim::dataset dataset_of(std::vector<sim::stored_run> const& runs) {
  sim::dataset made;
  for (auto const& run : runs) made.add(run);
  return made;
}

struct example {
  std::string_view sort;
  std::string_view filter;
  std::string_view end_point_type;
};

constexpr std::array<example, 9> examples{{
    {"", "", ""},
    {"createdAt:desc", "", ""},
    {"sequence:asc", "status:FAILED", ""},
    {"status:desc,duration:asc", "", ""},
    {"success:asc,createdAt:desc,duration:desc", "", "rest"},
    {"name:asc", "", ""},
    {"id:desc", "success:true,status:SUCCESS", ""},
    {"endPointType:asc,sequence:desc", "", ""},
    {"duration:desc", "createdAt:-4", "voice:2,x"},
}};

sim::detail::page_query query_of(example const& from, std::size_t limit) {
  sim::detail::page_query query;
  query.batch = key;
  if (!from.sort.empty()) query.order = sim::detail::ordering::parse(from.sort);
  if (!from.filter.empty()) query.filter = sim::detail::run_filter::parse(from.filter);
  query.end_point_type = from.end_point_type;
  query.limit = limit;
  return query;
}

/// Its id, or its text where it has none.
std::string name_of(sim::stored_run const& run) { return run.id.empty() ? run.json : run.id; }

/// What a page-by-page walk must give, made in the plainest way: by insertion.
ids naive(std::vector<sim::stored_run> const& runs, sim::detail::page_query const& query) {
  std::vector<sim::stored_run const*> sorted;
  for (auto const& run : runs) {
    bool const right_type =
        query.end_point_type.empty() || query.end_point_type == run.end_point_type;
    if (!right_type || !query.filter.matches(run)) continue;
    auto place = sorted.begin();
    while (place != sorted.end() && query.order.less(**place, run)) ++place;
    sorted.insert(place, &run);
  }
  ids names;
  for (auto const* run : sorted) names.push_back(name_of(*run));
  return names;
}

void append(ids& names, sim::detail::stored_page const& page) {
  for (auto const* run : page.runs) names.push_back(name_of(*run));
}

ids walk_forward(sim::detail::store const& store, sim::detail::page_query query) {
  ids names;
  for (;;) {
    auto const page = store.page(query);
    CHECK(page.skip == names.size());
    CHECK(page.has_previous == !names.empty());
    CHECK(page.has_next == page.next.has_value());
    CHECK(page.has_previous == page.previous.has_value());
    append(names, page);
    CHECK(page.has_next == (names.size() < static_cast<std::size_t>(page.total)));
    if (!page.has_next) return names;
    query.next = page.next;
  }
}

/// From the end to the start; the end is reached by skipping too far.
ids walk_backward(sim::detail::store const& store, sim::detail::page_query query) {
  query.skip = 1'000'000;
  auto page = store.page(query);
  CHECK(page.runs.empty());
  ids names;
  while (page.has_previous) {
    query.previous = page.previous;
    page = store.page(query);
    ids older;
    append(older, page);
    names.insert(names.begin(), older.begin(), older.end());
  }
  if (!names.empty()) CHECK(page.skip == 0);
  return names;
}

ids walk_by_skip(sim::detail::store const& store, sim::detail::page_query query) {
  ids names;
  for (;; query.skip += query.limit) {
    auto const page = store.page(query);
    CHECK(page.skip == query.skip);
    append(names, page);
    if (!page.has_next) return names;
  }
}

sim::detail::store store_of(std::vector<sim::stored_run> const& runs) {
  return sim::detail::store{std::make_shared<sim::dataset const>(dataset_of(runs))};
}

std::vector<sim::stored_run> numbered(std::size_t count) {
  std::vector<sim::stored_run> runs(count);
  for (std::size_t i = 0; i < count; ++i) {
    runs[i].id = std::string{"run-"} + static_cast<char>('a' + i);
    runs[i].key = key;
    runs[i].created_at = 100 + static_cast<int>(i);
  }
  return runs;
}

std::string refused_field(sim::detail::store const& store, sim::detail::page_query const& query) {
  try {
    store.page(query);
  } catch (sim::detail::bad_request const& problem) {
    return problem.field();
  }
  return "";
}

}  // namespace

TEST_CASE("forward, backward and by skip a walk gives what sorting gives") {
  sim::detail::random_source random{20};
  for (std::size_t const count : {0u, 1u, 2u, 19u, 20u, 21u, 137u}) {
    auto const runs = random_runs(random, count);
    auto const store = store_of(runs);
    for (auto const& from : examples) {
      for (std::size_t const limit : {1u, 7u, 20u, 100u}) {
        auto const query = query_of(from, limit);
        auto const expected = naive(runs, query);
        INFO(count << " runs, limit " << limit << ", sort " << from.sort);
        CHECK(store.page(query).total == static_cast<std::int64_t>(expected.size()));
        CHECK(walk_forward(store, query) == expected);
        CHECK(walk_backward(store, query) == expected);
        CHECK(walk_by_skip(store, query) == expected);
      }
    }
  }
}

TEST_CASE("missing values come first, and ties are broken by id, ascending, in both directions") {
  auto runs = numbered(4);
  runs[0].created_at.reset();
  runs[3].created_at = 101;
  auto const store = store_of(runs);
  CHECK(walk_forward(store, query_of({"createdAt:asc", "", ""}, 2)) ==
        ids{"run-a", "run-b", "run-d", "run-c"});
  CHECK(walk_forward(store, query_of({"createdAt:desc", "", ""}, 2)) ==
        ids{"run-c", "run-b", "run-d", "run-a"});
}

TEST_CASE("without sort the order is createdAt, ascending") {
  auto runs = numbered(3);
  runs[0].created_at = 900;
  CHECK(walk_forward(store_of(runs), query_of({}, 20)) == ids{"run-b", "run-c", "run-a"});
}

TEST_CASE("an unknown batch is an empty list") {
  auto const store = store_of(numbered(3));
  auto query = query_of({}, 20);
  query.batch.batch = "other";
  auto const page = store.page(query);
  CHECK(page.runs.empty());
  CHECK(page.total == 0);
  CHECK_FALSE(page.has_next);
  CHECK_FALSE(page.has_previous);
}

TEST_CASE("a run that appears before a cursor's place does not shift what follows") {
  auto runs = numbered(6);
  auto query = query_of({}, 2);
  auto const first = store_of(runs).page(query);
  auto extra = numbered(1).front();
  extra.id = "early";
  extra.created_at = 1;
  runs.push_back(extra);
  query.next = first.next;
  ids names;
  append(names, store_of(runs).page(query));
  CHECK(names == ids{"run-c", "run-d"});
}

TEST_CASE("a cursor stays good when its own run is gone") {
  auto runs = numbered(6);
  auto query = query_of({}, 2);
  auto const first = store_of(runs).page(query);
  runs.erase(runs.begin() + 1);
  query.next = first.next;
  ids names;
  append(names, store_of(runs).page(query));
  CHECK(names == ids{"run-c", "run-d"});
}

TEST_CASE("a page behind a cursor may be empty and still leads back") {
  auto runs = numbered(4);
  auto query = query_of({}, 2);
  query.skip = 1;
  query.next = store_of(runs).page(query).next;
  query.skip = 0;
  runs.resize(3);
  auto const page = store_of(runs).page(query);
  CHECK(page.runs.empty());
  CHECK_FALSE(page.has_next);
  REQUIRE(page.has_previous);
  query.next.reset();
  query.previous = page.previous;
  ids names;
  append(names, store_of(runs).page(query));
  CHECK(names == ids{"run-b", "run-c"});
}

TEST_CASE("a cursor belongs to its batch, filter, sort, limit, endpoint type and direction") {
  auto const store = store_of(numbered(9));
  auto const good = query_of({}, 2);
  auto const next = store.page(good).next;
  auto query = good;
  query.next = next;
  CHECK(refused_field(store, query).empty());
  query.limit = 3;
  CHECK(refused_field(store, query) == "next");
  query = query_of({"createdAt:desc", "", ""}, 2);
  query.next = next;
  CHECK(refused_field(store, query) == "next");
  query = query_of({"", "status:FAILED", ""}, 2);
  query.next = next;
  CHECK(refused_field(store, query) == "next");
  query = query_of({"", "", "rest"}, 2);
  query.next = next;
  CHECK(refused_field(store, query) == "next");
  query = good;
  query.batch.batch = "other";
  query.next = next;
  CHECK(refused_field(store, query) == "next");
  query = good;
  query.previous = next;
  CHECK(refused_field(store, query) == "previous");
}

TEST_CASE("a cursor that names its default sort is the same cursor") {
  auto const store = store_of(numbered(9));
  auto query = query_of({}, 2);
  auto const next = store.page(query).next;
  query = query_of({"createdAt:asc", "", ""}, 2);
  query.next = next;
  CHECK(refused_field(store, query).empty());
}

TEST_CASE("no damaged cursor is taken for a good one, and none does harm") {
  auto const store = store_of(numbered(9));
  auto query = query_of({"status:asc,createdAt:asc", "", ""}, 2);
  auto const good = *store.page(query).next;
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    query.next = good.substr(0, cut);
    CHECK(refused_field(store, query) == "next");
  }
  sim::detail::random_source random{5};
  for (int i = 0; i < 5000; ++i) {
    std::string bad = good;
    bad[random.below(static_cast<std::uint32_t>(bad.size()))] =
        static_cast<char>(random.below(256));
    query.next = bad;
    CHECK_NOTHROW(refused_field(store, query));
  }
  for (std::string_view const text : {"", "x", "====", "AAAA", "\xff", "bnVsbA"}) {
    query.next = text;
    CHECK(refused_field(store, query) == "next");
  }
}
