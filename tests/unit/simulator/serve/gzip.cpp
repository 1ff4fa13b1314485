#include "simruns/simulator/serve/detail/gzip.hpp"

#include "support/catch.hpp"
#include "support/gunzip.hpp"

#include <string>
#include <vector>

namespace sim = simruns::simulator;

TEST_CASE("what is compressed comes back as it was, and is smaller") {
  CHECK(test::gunzip(sim::detail::gzip("")) == "");
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "run " + std::to_string(i * 7919 % 100'003) + ", ";
  auto const packed = sim::detail::gzip(text);
  CHECK(packed.size() < text.size() / 2);
  CHECK(test::gunzip(packed) == text);
}

TEST_CASE("the same text is compressed to the same bytes: no time and no name in the head") {
  CHECK(sim::detail::gzip("hello") == sim::detail::gzip("hello"));
  CHECK(sim::detail::gzip("hello").substr(0, 8) == std::string{"\x1f\x8b\x08\0\0\0\0\0", 8});
}

TEST_CASE("gzip is asked for by its name, and not if it is refused") {
  for (auto const* accept : {"gzip", "GZip", "deflate, gzip", "gzip;q=0.5", "gzip ; q=1",
                             "br;q=1.0,\tgzip;q=0.001", "identity, gzip;q=1"}) {
    INFO(accept);
    CHECK(sim::detail::asks_for_gzip(accept));
  }
  for (auto const* accept : {"", "*", "identity", "gzip;q=0", "gzip;q=0.000", "x-gzip", "gzi", ",",
                             "deflate;q=1, gzip;q=0.0", "br"}) {
    INFO(accept);
    CHECK_FALSE(sim::detail::asks_for_gzip(accept));
  }
}
