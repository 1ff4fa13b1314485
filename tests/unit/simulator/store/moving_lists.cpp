#include "simruns/simulator/data/detail/random.hpp"
#include "simruns/simulator/data/stored_batch.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/data/stored_scenario.hpp"
#include "simruns/simulator/store/detail/ordering.hpp"
#include "simruns/simulator/store/detail/paging.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <list>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace sim = simruns::simulator;

namespace {

/// A list whose items come, go and change their names while it is walked.
template <class Item>
class moving_list {
 public:
  explicit moving_list(std::uint64_t seed) : random_{seed} {
    for (auto count = random_.between(0, 40); count != 0; --count) insert();
    for (auto const& item : items_) throughout_.insert(item.id);
  }

  /// What may happen between two requests.
  void move() {
    for (auto count = random_.below(6); count != 0; --count) {
      auto const what = random_.below(3);
      if (what == 0) {
        insert();
      } else if (!items_.empty()) {
        auto const which = std::next(items_.begin(), random_.below(size()));
        if (what == 1) {
          expire(which);
        } else {
          rename(*which);
        }
      }
    }
  }

  std::vector<Item const*> ranked(sim::detail::item_ordering<Item> const& order) const {
    std::vector<Item const*> made;
    for (auto const& item : items_) made.push_back(&item);
    std::sort(made.begin(), made.end(),
              [&order](Item const* a, Item const* b) { return order.less(*a, *b); });
    return made;
  }

  /// The ids of what was there from the first request to the last.
  std::set<std::string> const& throughout() const { return throughout_; }

  sim::detail::random_source& random() { return random_; }

 private:
  std::uint32_t size() const { return static_cast<std::uint32_t>(items_.size()); }

  void insert() {
    Item item;
    item.id = random_.hex(6) + std::to_string(made_++);
    if (!random_.chance(100)) item.created_at = random_.below(12);
    item.json = "{}";
    items_.push_back(std::move(item));
  }

  void expire(typename std::list<Item>::iterator which) {
    throughout_.erase(which->id);
    items_.erase(which);
  }

  static void rename(Item& item) {
    if constexpr (requires { item.name; }) item.name += "x";
  }

  sim::detail::random_source random_;
  std::list<Item> items_;
  std::set<std::string> throughout_;
  std::size_t made_ = 0;
};

constexpr std::uint64_t asked_query = 7;

/// Walks a list by cursors from one of its ends, and checks what the walk got.
template <class Item>
void walk(std::uint64_t seed, bool forward) {
  moving_list<Item> list{seed};
  auto& random = list.random();
  auto const order = sim::detail::item_ordering<Item>::parse(
      random.chance(500) ? "createdAt:asc" : "createdAt:desc,id:desc");
  sim::detail::paging asked;
  asked.limit = random.between(1, 7);
  if (!forward) asked.skip = 1'000'000;  // behind all of them
  std::map<std::string, int> seen;
  bool more = true;
  for (int requests = 1; more; ++requests) {
    REQUIRE(requests < 1000);
    auto const ranked = list.ranked(order);
    sim::detail::pager<Item> const pages{ranked, order};
    auto const range = pages.locate(asked, asked_query);
    auto const told = pages.told(range, asked, asked_query);
    for (auto i = range.first; i != range.last; ++i) ++seen[ranked[i]->id];
    CHECK(range.last - range.first <= asked.limit);
    CHECK(told.total == static_cast<std::int64_t>(ranked.size()));
    asked.skip = 0;
    more = forward ? told.has_next : told.has_previous;
    asked.next = forward ? told.next : std::nullopt;
    asked.previous = forward ? std::nullopt : told.previous;
    list.move();
  }
  for (auto const& [id, times] : seen) CHECK(times == 1);
  for (auto const& id : list.throughout()) CHECK(seen.contains(id));
}

template <class Item>
void walk_many() {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    walk<Item>(seed, true);
    walk<Item>(seed, false);
  }
}

}  // namespace

TEST_CASE("of runs that come and go, a walk by cursors gets all that stayed, and none twice") {
  walk_many<sim::stored_run>();
}

TEST_CASE("of scenarios that come, go and are renamed, a walk gets all that stayed, none twice") {
  walk_many<sim::stored_scenario>();
}

TEST_CASE("of batches that come, go and are renamed, a walk gets all that stayed, none twice") {
  walk_many<sim::stored_batch>();
}
