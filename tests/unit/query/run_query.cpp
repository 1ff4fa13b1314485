#include "simruns/query/run_query.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using simruns::errc;
using simruns::page_start;
using simruns::run_query;

namespace {

run_query sample() { return run_query("p", "s", "b"); }

/// The message of the refusal that `call` throws; empty if it throws none.
std::string refusal(std::function<void()> const& call) {
  try {
    call();
  } catch (simruns::request_error const& error) {
    CHECK(error.code() == errc::invalid_argument);
    return error.failure().message;
  }
  return {};
}

}  // namespace

TEST_CASE("a query starts with the defaults that lose nothing") {
  auto const query = sample();
  CHECK(query.project() == "p");
  CHECK(query.scenario() == "s");
  CHECK(query.batch() == "b");
  CHECK(query.sort() == "createdAt:asc");
  CHECK(query.filter().empty());
  CHECK(query.endpoint_type().empty());
  CHECK(query.page_size() == 100);
  CHECK(query.skip() == 0);
  CHECK_FALSE(query.max_runs().has_value());
  CHECK_FALSE(query.start().has_value());
  CHECK_FALSE(query.strict());
  CHECK_FALSE(query.allow_incomplete());
}

TEST_CASE("setters keep what they are given, and chain") {
  auto query = sample();
  query.sort("").filter("a = 1").endpoint_type("rest").page_size(7).skip(3).max_runs(9);
  query.start_at("cursor").strict(true).allow_incomplete(true);
  CHECK(query.sort().empty());
  CHECK(query.filter() == "a = 1");
  CHECK(query.endpoint_type() == "rest");
  CHECK(query.page_size() == 7);
  CHECK(query.skip() == 3);
  CHECK(query.max_runs() == 9);
  CHECK(query.start()->page == page_start::at_next("cursor"));
  CHECK(query.strict());
  CHECK(query.allow_incomplete());
}

TEST_CASE("an empty reference, or one that climbs the path, is refused and named") {
  for (std::string const bad : {"", ".", ".."}) {
    CAPTURE(bad);
    using Catch::Matchers::ContainsSubstring;
    CHECK_THAT(refusal([&] { run_query(bad, "s", "b"); }), ContainsSubstring("project"));
    CHECK_THAT(refusal([&] { run_query("p", bad, "b"); }), ContainsSubstring("scenario"));
    CHECK_THAT(refusal([&] { run_query("p", "s", bad); }), ContainsSubstring("batch"));
  }
  CHECK(refusal([] { run_query("...", "../x", "a/b"); }).empty());
}

TEST_CASE("a control character is refused everywhere, and not repeated") {
  for (int c = 0; c < 256; ++c) {
    std::string const text = std::string("a") + static_cast<char>(c) + "b";
    bool const control = c < 0x20 || c == 0x7f;
    CAPTURE(c);
    for (auto const& said : {
             refusal([&] { run_query(text, "s", "b"); }),
             refusal([&] { run_query("p", text, "b"); }),
             refusal([&] { run_query("p", "s", text); }),
             refusal([&] { sample().sort(text); }),
             refusal([&] { sample().filter(text); }),
             refusal([&] { sample().endpoint_type(text); }),
             refusal([&] { sample().start_at(text); }),
         }) {
      CHECK(said.empty() == !control);
      CHECK(said.find(text) == said.npos);
    }
  }
}

TEST_CASE("a page is of 1 to 100 runs") {
  for (int good : {1, 2, 99, 100}) CHECK(sample().page_size(good).page_size() == good);
  for (int bad : {0, -1, 101, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()}) {
    CHECK_THAT(refusal([&] { sample().page_size(bad); }),
               Catch::Matchers::ContainsSubstring(std::to_string(bad)));
  }
}

TEST_CASE("skip is 0 or more, max_runs 1 or more") {
  auto const most = std::numeric_limits<std::int64_t>::max();
  auto const least = std::numeric_limits<std::int64_t>::min();
  for (std::int64_t good : {std::int64_t{0}, std::int64_t{1}, most}) {
    CHECK(sample().skip(good).skip() == good);
  }
  for (std::int64_t bad : {std::int64_t{-1}, least}) {
    CHECK_FALSE(refusal([&] { sample().skip(bad); }).empty());
  }
  for (std::int64_t good : {std::int64_t{1}, most}) {
    CHECK(sample().max_runs(good).max_runs() == good);
  }
  for (std::int64_t bad : {std::int64_t{0}, std::int64_t{-1}, least}) {
    CHECK_FALSE(refusal([&] { sample().max_runs(bad); }).empty());
  }
}

TEST_CASE("a refused value leaves the query as it was") {
  auto query = sample();
  query.page_size(7).skip(3).max_runs(9).sort("a:asc").start_at("cursor");
  CHECK_THROWS(query.page_size(0));
  CHECK_THROWS(query.skip(-1));
  CHECK_THROWS(query.max_runs(0));
  CHECK_THROWS(query.sort("\n"));
  CHECK_THROWS(query.start_at(""));
  CHECK_THROWS(query.start_at("simruns:1:s:0:0:"));
  CHECK(query.page_size() == 7);
  CHECK(query.skip() == 3);
  CHECK(query.max_runs() == 9);
  CHECK(query.sort() == "a:asc");
  CHECK(query.start()->page.cursor == "cursor");
}

TEST_CASE("start_at takes a position or a cursor, and refuses nothing at all") {
  simruns::position stop;
  stop.page = page_start::at_previous("c");
  stop.offset = 3;
  stop.last_id = "x";
  stop.digest = sample().digest();
  CHECK(sample().start_at(stop.text()).start() == stop);
  auto const bare = sample().start_at("simruns-like cursor").start();
  CHECK(bare->page == page_start::at_next("simruns-like cursor"));
  CHECK(bare->digest == 0);
  CHECK_FALSE(refusal([] { sample().start_at(""); }).empty());
}

TEST_CASE("a position that was cut is refused, never sent as a cursor") {
  simruns::position stop;
  stop.page = page_start::at_next("abc");
  stop.digest = sample().digest();
  auto const text = stop.text();
  for (auto cut = std::string_view("simruns:1:").size(); cut < text.size(); ++cut) {
    CHECK_THAT(refusal([&] { sample().start_at(text.substr(0, cut)); }),
               Catch::Matchers::ContainsSubstring("damaged"));
  }
}

TEST_CASE("whatever decides which runs come on which page changes the digest") {
  std::vector<run_query> const different{
      sample(),
      run_query("q", "s", "b"),
      run_query("p", "t", "b"),
      run_query("p", "s", "c"),
      run_query("ps", "b", "x"),
      run_query("p", "sb", "x"),
      sample().sort("createdAt:desc"),
      sample().sort(""),
      sample().filter("x"),
      sample().endpoint_type("x"),
      sample().sort("").filter("createdAt:asc"),
      sample().filter("x").endpoint_type("x"),
      sample().page_size(99),
      sample().page_size(1),
  };
  std::set<std::uint64_t> digests;
  for (auto const& query : different) digests.insert(query.digest());
  CHECK(digests.size() == different.size());
}

TEST_CASE("what decides nothing of it leaves the digest alone") {
  auto const digest = sample().digest();
  CHECK(sample().digest() == digest);
  CHECK(sample().skip(5).digest() == digest);
  CHECK(sample().max_runs(5).digest() == digest);
  CHECK(sample().strict(true).digest() == digest);
  CHECK(sample().allow_incomplete(true).digest() == digest);
  CHECK(sample().start_at("c").digest() == digest);
}

TEST_CASE("a digest is the same on every machine, as positions are kept in files") {
  CHECK(sample().digest() == 0xc0107e042011b71au);
}
