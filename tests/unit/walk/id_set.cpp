#include "simruns/walk/id_set.hpp"

#include "support/catch.hpp"
#include "support/random.hpp"

#include <cstdio>
#include <set>
#include <string>
#include <string_view>

using simruns::id_set;

namespace {

/// An id as the server makes them: 24 hexadecimal digits.
std::string hex_id(std::size_t n) {
  char out[25];
  std::snprintf(out, sizeof out, "%08zx%016zx", n * 2654435761u & 0xffffffffu, n);
  return out;
}

}  // namespace

TEST_CASE("an empty set holds nothing, not even the empty id") {
  id_set ids;
  CHECK(ids.size() == 0);
  CHECK_FALSE(ids.contains(""));
  CHECK_FALSE(ids.contains("a"));
}

TEST_CASE("an id is new once") {
  id_set ids;
  CHECK(ids.insert("a"));
  CHECK_FALSE(ids.insert("a"));
  CHECK(ids.insert(""));
  CHECK_FALSE(ids.insert(""));
  CHECK(ids.insert(std::string_view("a\0b", 3)));
  CHECK(ids.insert(std::string_view("a\0c", 3)));
  CHECK_FALSE(ids.insert(std::string_view("a\0c", 3)));
  CHECK(ids.size() == 4);
}

TEST_CASE("the set keeps its own copy of an id") {
  id_set ids;
  {
    std::string id = "gone-soon";
    ids.insert(id);
    id.assign(id.size(), 'x');
  }
  CHECK(ids.contains("gone-soon"));
  CHECK_FALSE(ids.contains("xxxxxxxxx"));
}

TEST_CASE("it answers as std::set does, whatever the ids") {
  test::random_source random(6);
  for (std::size_t longest : {std::size_t{1}, std::size_t{2}, std::size_t{5}, std::size_t{40}}) {
    id_set ids;
    std::set<std::string> expected;
    for (int i = 0; i < 20'000; ++i) {
      auto const id = random.text("abc\xff", longest);
      REQUIRE(ids.contains(id) == expected.contains(id));
      REQUIRE(ids.insert(id) == expected.insert(id).second);
    }
    CHECK(ids.size() == expected.size());
    for (auto const& id : expected) CHECK(ids.contains(id));
  }
}

TEST_CASE("ids of the usual forms are told from all that are near them") {
  std::string const uuid = "550e8400-e29b-41d4-a716-446655440000";
  std::set<std::string> near{uuid, uuid.substr(1), uuid + "00", "550e8400e29b41d4a716446655440000"};
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    for (char const c : {'A', 'F', 'g', '-', '/', ':', '`', '\0', '\xff'}) {
      auto other = uuid;
      other[i] = c;
      near.insert(other);
      near.insert(hex_id(7).replace(i % 24, 1, 1, c));
    }
  }
  std::string hex;
  for (int i = 0; i < 70; ++i) {
    near.insert(hex);
    hex += "0123456789abcdef"[i * 7 % 16];
  }
  id_set ids;
  for (auto const& id : near) CHECK(ids.insert(id));
  for (auto const& id : near) CHECK_FALSE(ids.insert(id));
  CHECK(ids.size() == near.size());
}

TEST_CASE("ids of every length around a block's stay apart from their neighbours") {
  id_set ids;
  std::set<std::string> expected;
  for (std::size_t size = 65'520; size < 65'545; ++size) {
    for (char c : {'a', 'b'}) {
      expected.emplace(size, c);
      expected.emplace(size % 17, c);
      expected.insert(c + std::to_string(size));
    }
  }
  expected.emplace(1'000'000, 'z');
  for (int round = 0; round < 2; ++round) {
    for (auto const& id : expected) CHECK(ids.insert(id) == (round == 0));
  }
  CHECK(ids.size() == expected.size());
  CHECK_FALSE(ids.contains(std::string(65'536, 'c')));
}

TEST_CASE("a run's id costs at most 48 bytes, while the table doubles too") {
  id_set ids;
  std::size_t before = 0;
  for (std::size_t n = 1; n <= 400'000; ++n) {
    REQUIRE(ids.insert(hex_id(n)));
    auto const now = ids.capacity();
    // While the table doubles, its old half stands beside it.
    auto const peak = now > before ? now + (now - before) : now;
    if (n >= 10'000 && peak > n * 48 + 128 * 1024) FAIL(n << " ids: " << peak << " bytes");
    before = now;
  }
  CHECK(ids.size() == 400'000);
}
