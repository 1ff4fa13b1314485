#include "simruns/text/spread_hash.hpp"

#include "simruns/columns/tables.hpp"
#include "simruns/json/write.hpp"
#include "simruns/simulator/data/dataset.hpp"
#include "simruns/walk/id_set.hpp"
#include "support/catch.hpp"
#include "support/colliding_texts.hpp"
#include "support/pages.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using simruns::detail::sip_hash;
using simruns::detail::spread_hash;

namespace {

constexpr std::size_t flood = 65'536;

/// A page of a run with a criterion of each type.
simruns::page page_of_types(std::vector<std::string> const& types) {
  std::string criteria;
  for (auto const& type : types) {
    criteria += criteria.empty() ? R"({"type":)" : R"(,{"type":)";
    simruns::detail::append_json_string(criteria, type);
    criteria += "}";
  }
  return test::parsed(test::page_around(R"({"id":"a","successCriteria":[)" + criteria + "]}"));
}

}  // namespace

TEST_CASE("the hash is SipHash-1-3, whatever the length of a text") {
  // What CPython 3.11 has for the same bytes with PYTHONHASHSEED=0, whose key is zero.
  static constexpr std::array<std::pair<std::size_t, std::uint64_t>, 13> expected{{
      {1, 0x44bc103b1f8540ed},
      {2, 0x1d6b299344bab347},
      {3, 0x60ec29c17db287a3},
      {4, 0xe7b1a066360ba9d4},
      {5, 0xde682ee70fbebc3f},
      {7, 0xb1cd85cc334196fa},
      {8, 0x884ccc87cb0e5fb0},
      {9, 0x027ed508fe95acb3},
      {12, 0xb6258cdf4b014d08},
      {15, 0x75e46d4257851550},
      {16, 0xe05d12a0a4b2d063},
      {24, 0x7b5ea8edf9b7c0b3},
      {31, 0x47670cb24a35602f},
  }};
  std::string text;
  for (char c = 1; c < 33; ++c) text += c;
  for (auto const& [size, hash] : expected) {
    INFO(size);
    CHECK(sip_hash::of({0, 0}, std::string_view(text).substr(0, size)) == hash);
  }
}

TEST_CASE("each half of the key changes the hash") {
  CHECK(sip_hash::of({1, 0}, "a") != sip_hash::of({0, 0}, "a"));
  CHECK(sip_hash::of({0, 1}, "a") != sip_hash::of({0, 0}, "a"));
}

TEST_CASE("texts that were made to have one hash have many") {
  auto const texts = test::colliding_texts::of(flood);
  std::set<std::size_t> known;
  std::set<std::size_t> ours;
  for (auto const& text : texts) {
    known.insert(std::hash<std::string_view>{}(text));
    ours.insert(spread_hash{}(text));
  }
  REQUIRE(std::set(texts.begin(), texts.end()).size() == flood);
  REQUIRE(known.size() == 1);
  CHECK(ours.size() == flood);
}

// Where one of the tables had the standard library's hash, it would not end within minutes.
TEST_CASE(
    "texts that were made to have one hash are ids of a walk, words of a column, and served") {
  auto const texts = test::colliding_texts::of(flood);
  simruns::id_set walked;
  simruns::simulator::dataset served;
  for (auto const& text : texts) {
    CHECK(walked.insert(text));
    simruns::simulator::stored_run run;
    run.id = text;
    served.add(std::move(run));
  }
  CHECK(served.size() == flood);
  auto const criteria = simruns::build(simruns::table::criteria, page_of_types(texts));
  CHECK(criteria["criterion_type"].words().size() == flood);
}

TEST_CASE("threads that hash the first texts of a process at once hash them alike") {
  static constexpr std::size_t all = 8;
  std::vector<std::size_t> hashes(all);
  std::atomic<std::size_t> here{0};
  std::vector<std::thread> threads;
  for (auto& mine : hashes) {
    threads.emplace_back([&mine, &here] {
      ++here;
      while (here != all) {
      }
      mine = spread_hash{}("a text");
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(hashes == std::vector<std::size_t>(all, spread_hash{}("a text")));
}
