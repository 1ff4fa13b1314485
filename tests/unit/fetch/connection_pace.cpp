#include "simruns/fetch/connection_pace.hpp"

#include "support/catch.hpp"

#include <cstddef>

using simruns::detail::connection_pace;

TEST_CASE("a pace starts at its most, and never passes it") {
  connection_pace pace(8);
  CHECK(pace.level() == 8);
  for (int i = 0; i < 100; ++i) pace.went_well();
  CHECK(pace.level() == 8);
}

TEST_CASE("a pace is halved when it was too much, and never below one") {
  connection_pace pace(8);
  for (std::size_t const level : {4, 2, 1, 1, 1}) {
    pace.too_much(pace.era());
    CHECK(pace.level() == level);
  }
}

TEST_CASE("requests that were under way together slow a pace down once") {
  connection_pace pace(8);
  auto const together = pace.era();
  for (int i = 0; i < 8; ++i) pace.too_much(together);
  CHECK(pace.level() == 4);
}

TEST_CASE("a pace gains one for each so many that went well") {
  connection_pace pace(8);
  pace.too_much(pace.era());
  for (std::size_t level = 4; level < 8; ++level) {
    CHECK(pace.level() == level);
    for (std::size_t i = 0; i <= level; ++i) pace.went_well();
  }
  CHECK(pace.level() == 8);
}
