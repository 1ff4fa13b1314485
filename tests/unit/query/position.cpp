#include "simruns/query/position.hpp"

#include "support/catch.hpp"
#include "support/random.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

using simruns::page_start;
using simruns::position;

namespace {

position example() {
  position out;
  out.page = page_start::at_next("cursor:/+= %");
  out.offset = 40;
  out.last_id = "id-40";
  out.digest = 0x12;
  return out;
}

position random_position(test::random_source& random) {
  position out;
  auto const cursor = "c" + random.bytes(40);
  switch (random.below(3)) {
    case 0:
      out.page = page_start::at_skip(static_cast<std::int64_t>(random.bits() >> 1));
      break;
    case 1:
      out.page = page_start::at_next(cursor);
      break;
    default:
      out.page = page_start::at_previous(cursor);
      break;
  }
  out.offset = random.bits() >> random.below(64);
  out.last_id = random.bytes(40);
  out.digest = random.bits() >> random.below(64);
  return out;
}

}  // namespace

TEST_CASE("a position is text of one line, without a space, and states its version") {
  CHECK(example().text() == "simruns:1:n:cursor%3A%2F%2B%3D%20%25:40:id-40:0000000000000012");
  CHECK(position().text() == "simruns:1:s:0:0::0000000000000000");
}

TEST_CASE("a position comes back from its text as it was, whatever bytes it holds") {
  test::random_source random(1);
  for (int i = 0; i < 5000; ++i) {
    auto const before = random_position(random);
    auto const text = before.text();
    CAPTURE(text);
    CHECK(text.find_first_of(" \t\r\n") == text.npos);
    auto const after = position::parse(text);
    REQUIRE(after.has_value());
    CHECK(*after == before);
  }
}

TEST_CASE("the bounds of a position's numbers come back") {
  position stop;
  stop.page = page_start::at_skip(std::numeric_limits<std::int64_t>::max());
  stop.offset = std::numeric_limits<std::uint64_t>::max();
  stop.digest = std::numeric_limits<std::uint64_t>::max();
  CHECK(position::parse(stop.text()) == stop);
}

TEST_CASE("a position cut at any byte is refused") {
  auto const text = example().text();
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    CAPTURE(cut);
    CHECK_FALSE(position::parse(std::string_view(text).substr(0, cut)).has_value());
  }
  CHECK_FALSE(position::parse(text + "0").has_value());
  CHECK_FALSE(position::parse(text + ":").has_value());
  CHECK_FALSE(position::parse(" " + text).has_value());
}

TEST_CASE("a position with one changed byte is refused or another position, never the same one") {
  auto const text = example().text();
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      auto changed = text;
      if (changed[at] == static_cast<char>(byte)) continue;
      changed[at] = static_cast<char>(byte);
      auto const read = position::parse(changed);
      // Hexadecimal digits read alike in both cases.
      bool const same_digit = (changed[at] | 0x20) == (text[at] | 0x20);
      if (read && !same_digit) CHECK_FALSE(*read == example());
    }
  }
}

TEST_CASE("text that is not a position is refused") {
  for (std::string_view text : {
           "",
           "cursor",
           "simruns:",
           "simruns:1:",
           "simruns:2:s:0:0::0000000000000000",
           "Simruns:1:s:0:0::0000000000000000",
           "simruns:1:x:0:0::0000000000000000",
           "simruns:1:sn:0:0::0000000000000000",
           "simruns:1::0:0::0000000000000000",
           "simruns:1:s:-1:0::0000000000000000",
           "simruns:1:s:+1:0::0000000000000000",
           "simruns:1:s::0::0000000000000000",
           "simruns:1:s:9223372036854775808:0::0000000000000000",
           "simruns:1:s:0:-1::0000000000000000",
           "simruns:1:s:0:18446744073709551616::0000000000000000",
           "simruns:1:s:0:::0000000000000000",
           "simruns:1:s:0:0::",
           "simruns:1:s:0:0::0",
           "simruns:1:s:0:0::00000000000000000",
           "simruns:1:s:0:0::000000000000000g",
           "simruns:1:s:0:0:%:0000000000000000",
           "simruns:1:s:0:0:%4:0000000000000000",
           "simruns:1:s:0:0:%4g:0000000000000000",
           "simruns:1:n::0::0000000000000000",
           "simruns:1:p::0::0000000000000000",
           "simruns:1:s:0:0:a:b:0000000000000000",
       }) {
    CAPTURE(text);
    CHECK_FALSE(position::parse(text).has_value());
  }
}

TEST_CASE("random bytes behind the mark never crash the reader of positions") {
  test::random_source random(2);
  for (int i = 0; i < 20'000; ++i) {
    auto const text = "simruns:1:" + random.text("snp:%0123456789abcdefg-+. \xff", 40);
    auto const read = position::parse(text);
    if (read) CHECK(position::parse(read->text()) == read);
  }
}
