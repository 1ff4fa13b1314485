#include "simruns/walk/detail/sequence_set.hpp"

#include "support/catch.hpp"
#include "support/random.hpp"

#include <cstdint>
#include <limits>
#include <set>
#include <vector>

using simruns::sequence_range;
using simruns::detail::sequence_set;
using ranges = std::vector<sequence_range>;

TEST_CASE("nothing is missing of a set without numbers, or with all of them") {
  sequence_set set;
  CHECK(set.highest() == 0);
  CHECK(set.missing() == 0);
  CHECK(set.gaps(9).empty());
  for (std::int64_t i = 1; i <= 100; ++i) set.insert(i);
  CHECK(set.highest() == 100);
  CHECK(set.missing() == 0);
  CHECK(set.gaps(9).empty());
}

TEST_CASE("the first ranges that are missing are named, and all of them counted") {
  sequence_set set;
  for (std::int64_t const i : {3, 4, 7, 9, 20}) set.insert(i);
  CHECK(set.missing() == 15);
  CHECK(set.gaps(9) == ranges{{1, 2}, {5, 6}, {8, 8}, {10, 19}});
  CHECK(set.gaps(2) == ranges{{1, 2}, {5, 6}});
}

TEST_CASE("the highest of all numbers is a number too") {
  auto const last = std::numeric_limits<std::int64_t>::max();
  sequence_set set;
  set.insert(last);
  set.insert(last);
  set.insert(1);
  CHECK(set.missing() == last - 2);
  CHECK(set.gaps(9) == ranges{{2, last - 1}});  // and no number beyond the last is made
}

TEST_CASE("whatever the order, a set of numbers is what a plain one is") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    test::random_source random(seed);
    sequence_set set;
    std::set<std::int64_t> plain;
    for (std::size_t i = random.below(60); i > 0; --i) {
      auto const number = static_cast<std::int64_t>(1 + random.below(40));
      set.insert(number);
      plain.insert(number);
      auto const highest = *plain.rbegin();
      REQUIRE(set.highest() == highest);
      REQUIRE(set.missing() == highest - static_cast<std::int64_t>(plain.size()));
      std::set<std::int64_t> absent;
      for (auto const& gap : set.gaps(100)) {
        for (auto n = gap.first; n <= gap.last; ++n) absent.insert(n);
      }
      for (std::int64_t n = 1; n <= highest; ++n) REQUIRE(absent.contains(n) != plain.contains(n));
      REQUIRE(static_cast<std::int64_t>(absent.size()) == set.missing());
    }
  }
}
