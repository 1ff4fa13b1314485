#include "simruns/page/page.hpp"

#include "simruns/testing/sample_pages.hpp"
#include "simruns/text/arena.hpp"
#include "support/catch.hpp"
#include "support/pages.hpp"
#include "support/random.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using simruns::maybe;
using simruns::page;
using simruns::testing::page_of;
using test::parsed;

/// Whether what points into a page can be had of a `Page`: of a temporary, if that is no reference.
template <class Page>
constexpr bool gives_any_part = requires(Page& p) { static_cast<Page&&>(p).runs(); } ||
                                requires(Page& p) { static_cast<Page&&>(p).begin(); } ||
                                requires(Page& p) { static_cast<Page&&>(p).end(); } ||
                                requires(Page& p) { static_cast<Page&&>(p)[0]; } ||
                                requires(Page& p) { static_cast<Page&&>(p).pagination(); } ||
                                requires(Page& p) { static_cast<Page&&>(p).issues(); } ||
                                requires(Page& p) { static_cast<Page&&>(p).extra(); } ||
                                requires(Page& p) { static_cast<Page&&>(p).body(); };

TEST_CASE("a temporary page gives nothing that points into it, and a named one does") {
  static_assert(!gives_any_part<page>);
  static_assert(!gives_any_part<page const>);
  static_assert(gives_any_part<page&>);
  static_assert(gives_any_part<page const&>);
  std::string ids;
  for (auto const& run : parsed(page_of({"a", "b"}))) ids += run.id;  // lives as long as the loop
  CHECK(ids == "ab");
}

TEST_CASE("a page that is none has no runs and is not valid") {
  page const none;
  CHECK_FALSE(none.valid());
  CHECK_FALSE(static_cast<bool>(none));
  CHECK(none.empty());
  CHECK(none.size() == 0);
  CHECK(none.begin() == none.end());
}

TEST_CASE("a shared run keeps its page alive") {
  simruns::run_ptr kept;
  {
    auto const got = parsed(page_of({"a", "b"}));
    kept = got.share(1);
    CHECK(kept.get() == &got[1]);
  }
  CHECK(kept->id == "b");
  CHECK(kept->json() == simruns::testing::sample_run("b", 2));
  CHECK(*kept->turns[0].text == "hello");
}

TEST_CASE("a copy of a page is the same page") {
  auto const first = parsed(page_of({"a"}));
  auto const second = first;
  CHECK(second.runs().data() == first.runs().data());
  CHECK(second.body().data() == first.body().data());
}

TEST_CASE("a selection has these runs in this order, and all else of its page") {
  page picked;
  std::string body;
  {
    auto runs = simruns::testing::sample_run("a") + ",7," + simruns::testing::sample_run("c");
    body = R"({"x":1,)" + test::page_around(runs).substr(1);
    auto const whole = parsed(body);
    picked =
        whole.select(std::array<std::size_t, 3>{2, 1, 0}).select(std::array<std::size_t, 2>{1, 0});
  }
  REQUIRE(picked.size() == 2);
  CHECK(picked[0].json() == "7");
  CHECK(picked[0].issues.size() == 1);
  CHECK(picked[1].id == "c");
  CHECK(picked.body() == body);
  CHECK(test::issues_of(picked) ==
        std::vector<std::string>{"/data/1: expected object, got number"});
  CHECK(*picked.pagination().limit == 100);
  REQUIRE(picked.extra().size() == 1);
  CHECK(picked.extra()[0].key == "x");
  auto const kept = picked.share(1);
  picked = page();
  CHECK(kept->id == "c");
  CHECK(kept->json() == simruns::testing::sample_run("c"));
}

TEST_CASE("a selection of nothing is a page without runs") {
  auto const none = parsed(page_of({"a"})).select({});
  CHECK(none.valid());
  CHECK(none.empty());
  CHECK_FALSE(none.body().empty());
}

TEST_CASE("a value that may lack is absent, null or there, and an empty text is there") {
  maybe<std::string_view> const absent;
  auto const null = maybe<std::string_view>::null();
  maybe<std::string_view> const empty{""};
  CHECK(absent.state() == simruns::presence::absent);
  CHECK_FALSE(absent.has_value());
  CHECK_FALSE(absent.is_null());
  CHECK(null.is_null());
  CHECK_FALSE(null.has_value());
  CHECK(empty.has_value());
  CHECK_FALSE(empty.is_null());
  CHECK(absent.value_or("x") == "x");
  CHECK(null.value_or("x") == "x");
  CHECK(empty.value_or("x").empty());
  CHECK(absent != null);
  CHECK(null != empty);
  CHECK(absent != empty);
  CHECK(empty == maybe<std::string_view>{std::string_view{}});
  CHECK(null == maybe<std::string_view>::null());
}

TEST_CASE("memory of an arena is aligned, apart, and does not move") {
  test::random_source random(10);
  simruns::detail::arena memory(64);
  std::vector<std::pair<char*, std::pair<std::size_t, char>>> given;
  std::size_t sum = 0;
  for (int i = 0; i < 3000; ++i) {
    std::size_t const alignment = std::size_t{1} << random.below(5);
    std::size_t const bytes = 1 + random.below(i % 100 == 0 ? 100'000 : 200);
    auto* const at = static_cast<char*>(memory.allocate(bytes, alignment));
    REQUIRE(reinterpret_cast<std::uintptr_t>(at) % alignment == 0);
    char const mark = static_cast<char>(i);
    std::memset(at, mark, bytes);
    given.push_back({at, {bytes, mark}});
    sum += bytes;
  }
  for (auto const& [at, what] : given) {
    REQUIRE(std::string_view(at, what.first).find_first_not_of(what.second) ==
            std::string_view::npos);
  }
  CHECK(memory.capacity() >= sum);
  CHECK(memory.capacity() < 3 * sum);
}

TEST_CASE("an arena takes nothing before it is used, and copies keep their bytes") {
  simruns::detail::arena memory;
  CHECK(memory.capacity() == 0);
  CHECK(memory.copy(std::string_view{}).empty());
  CHECK(memory.capacity() == 0);
  std::string text = "some text";
  auto const copy = memory.copy(std::string_view(text));
  text.assign(text.size(), 'x');
  CHECK(copy == "some text");
}
