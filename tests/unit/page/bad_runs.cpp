// Runs that are no JSON: what their page says of them, and what it keeps where it may leave them
// out.

#include "simruns/columns/tables.hpp"
#include "simruns/testing/sample_pages.hpp"
#include "support/catch.hpp"
#include "support/pages.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using simruns::errc;
using simruns::parse_limits;
using simruns::testing::sample_run;
using test::page_around;
using test::parsed;
using test::refused;

namespace {

parse_limits leaving_out() {
  parse_limits out;
  out.skip_bad_runs = true;
  return out;
}

/// A whole run with the value of one member replaced.
std::string with(std::string const& id, std::string const& member, std::string const& value) {
  return test::replace_member(sample_run(id), member, value);
}

std::vector<std::string> ids_of(simruns::page const& page) {
  std::vector<std::string> out;
  for (auto const& run : page) out.emplace_back(run.id);
  return out;
}

/// What may stand in a run as a value, and is no JSON, with what a message calls it.
struct bad_value {
  std::string text;
  std::string shown;
};

std::vector<bad_value> const& bad_values() {
  static std::vector<bad_value> const all{
      {"NaN", "NaN"},
      {"Infinity", "Infinity"},
      {"-Infinity", "-Infinity"},
      {"nan", "nan"},
      {"None", "None"},
      {"01", "01"},
      {"1.", "1."},
      {"+5", "+5"},
      {R"("\x41")", R"(\x)"},
      {R"("\u12G4")", R"(\u12G)"},
      {"\"a\nb\"", "the byte 0x0a"},
      {"\"\xff\"", "the byte 0xff"},
      {"\"cut \xc3\"", "the byte 0xc3"},
  };
  return all;
}

/// Members of every depth and kind, known and unknown, with the value at `@`.
std::vector<std::string> runs_around(std::string const& value) {
  std::vector<std::string> out{
      with("bad", "duration", value),
      with("bad", "createdBy", value),
      with("bad", "brandNew", value),
      with("bad", "brandNew", R"({"deep":[[)" + value + "]]}"),
      with("bad", "metrics", R"({"successRate":{"percentage":)" + value + "}}"),
      with("bad", "metrics", R"({"results":[{"success":)" + value + "}]}"),
      with("bad", "metrics", R"({"errorInfo":{"message":)" + value + "}}"),
      with("bad", "turns", R"([{"id":"t","text":)" + value + "}]"),
      with("bad", "turns", R"([{"data":{"a":)" + value + "}}]"),
      with("bad", "turns", "[" + value + "]"),
      with("bad", "successCriteria", R"([{"params":{"a":)" + value + "}}]"),
  };
  return out;
}

}  // namespace

TEST_CASE("a run that is no JSON makes its page an error that names the fault and the run") {
  for (auto const& [value, shown] : bad_values()) {
    for (auto const& bad : runs_around(value)) {
      INFO(bad);
      auto const body = page_around(sample_run("a") + "," + bad + "," + sample_run("c"));
      auto const error = refused(body);
      auto const byte =
          body.find(shown.starts_with("the byte") ? value.substr(value.size() - 2, 1) : shown,
                    body.find(bad));
      CHECK(error.code == errc::decode);
      CHECK(error.path == "/data/1");
      CHECK(error.message.find(": " + shown + ", in the run at /data/1, id bad") !=
            error.message.npos);
      if (!shown.starts_with("the byte")) {
        CHECK(error.offset == byte);
        CHECK(error.message.find("at byte " + std::to_string(byte) + " of ") != error.message.npos);
      }
      CHECK(error.message.ends_with("; bad runs can be left out"));
      CHECK(error.whole_json);
    }
  }
}

TEST_CASE("where bad runs may be left out, their page keeps the others, and each is an issue") {
  for (auto const& [value, shown] : bad_values()) {
    for (auto const& bad : runs_around(value)) {
      INFO(bad);
      auto const good = std::vector{sample_run("a"), sample_run("b", 2), sample_run("c", 3)};
      for (std::size_t at = 0; at <= 3; ++at) {
        auto runs = good;
        runs.insert(runs.begin() + static_cast<std::ptrdiff_t>(at), bad);
        std::string text;
        for (auto const& one : runs) text += (text.empty() ? "" : ",") + one;
        auto const page = parsed(page_around(text), leaving_out());
        CHECK(ids_of(page) == std::vector<std::string>{"a", "b", "c"});
        for (std::size_t i = 0; i < 3; ++i) {
          CHECK(page[i].json() == good[i]);
          CHECK(page[i].issues.empty());
          CHECK(page[i].turns.size() == 1);
          CHECK(page[i].extra.empty());
        }
        REQUIRE(page.bad_runs().size() == 1);
        auto const& left = page.bad_runs()[0];
        CHECK(left.path == "/data/" + std::to_string(at));
        CHECK(left.text == bad);
        CHECK(left.message.find(shown) != left.message.npos);
        CHECK(left.message.find("id bad") != left.message.npos);
        REQUIRE(page.issues().size() == 1);
        CHECK(page.issues()[0].path == left.path);
        CHECK(page.issues()[0].message.starts_with(left.message + "; left out, its text: {"));
        if (value.find('\xff') == value.npos && value.find('\xc3') == value.npos) {
          CHECK(page.issues()[0].message.ends_with(bad));
        }
      }
    }
  }
}

TEST_CASE("a run whose end is not certain is never left out") {
  for (auto const* bad :
       {R"({"id":"bad","createdBy":"he said "hi" to me"})", R"({"id":"bad","a":1 "b":2})",
        R"({"id":"bad","a":1,})", R"({"id":"bad",'a':1})", R"({"id":"bad","a":[1})",
        R"({"id":"bad","a":"C:\"})", R"({"id":"bad","a":b c})"}) {
    INFO(bad);
    auto const error =
        refused(page_around(sample_run("a") + "," + bad + "," + sample_run("c")), leaving_out());
    CHECK(error.code == errc::decode);
    CHECK(error.path == "/data/1");
    CHECK(error.message.find("in the run at /data/1, id bad; where that ends is not certain") !=
          error.message.npos);
  }
}

TEST_CASE("what is bad outside of a run is an error, whatever may be left out") {
  for (auto const* body :
       {R"({"data":[],"pagination":{"total":NaN}})", R"({"data":[],"more":NaN,"pagination":{}})",
        R"({"more":[{"a":NaN}],"data":[]})"}) {
    auto const error = refused(body, leaving_out());
    CHECK(error.code == errc::decode);
    CHECK(error.message.ends_with(": NaN"));
    CHECK(error.whole_json);
  }
}

TEST_CASE(
    "a run that is nested too deep is left out as well, and other runs keep their own depth") {
  auto const deep = std::string(600, '[') + std::string(600, ']');
  auto const body =
      page_around(sample_run("a") + "," + with("bad", "brandNew", deep) + "," + sample_run("c"));
  auto const error = refused(body);
  CHECK(error.code == errc::too_large);
  CHECK(error.message.starts_with("nested deeper than 512 levels at byte "));
  CHECK(error.message.find("in the run at /data/1, id bad") != error.message.npos);
  auto const page = parsed(body, leaving_out());
  CHECK(ids_of(page) == std::vector<std::string>{"a", "c"});
  CHECK(page.bad_runs()[0].message.starts_with("nested deeper than 512 levels at byte "));
}

TEST_CASE("elements of data that are no objects and no JSON are left out, too") {
  auto const page = parsed(page_around("NaN," + sample_run("a") + ",[NaN]"), leaving_out());
  CHECK(ids_of(page) == std::vector<std::string>{"a"});
  REQUIRE(page.bad_runs().size() == 2);
  CHECK(page.bad_runs()[0].text == "NaN");
  CHECK(page.bad_runs()[1].path == "/data/2");
  CHECK(page.bad_runs()[1].text == "[NaN]");
}

TEST_CASE("a page of bad runs only is a page") {
  auto const page = parsed(page_around(R"({"id":"x","a":NaN},{"id":"y","a":NaN})"), leaving_out());
  CHECK(page.empty());
  CHECK(page.bad_runs().size() == 2);
  CHECK(page.pagination().total == 1);
}

TEST_CASE(
    "unknown members of the body are kept beside a bad run, and issues stay with their runs") {
  auto const page = parsed(R"({"more":1,"data":[{"id":"x","sequence":"7","a":NaN},)"
                           R"({"id":"y","sequence":"7"}],"last":2})",
                           leaving_out());
  REQUIRE(page.extra().size() == 2);
  CHECK(page.extra()[0].key == "more");
  REQUIRE(page.size() == 1);
  CHECK(page[0].issues[0].path.starts_with("/data/1/"));
  for (auto const& issue : page.issues()) CHECK_FALSE(issue.path.starts_with("/data/0/"));
}

TEST_CASE("where issues are errors, a bad run is one") {
  auto limits = leaving_out();
  limits.strict = true;
  auto const error = refused(page_around(R"({"id":"x","a":NaN})"), limits);
  CHECK(error.code == errc::decode);
  CHECK(error.path == "/data/0");
}

TEST_CASE("bad runs count for the limits of a page") {
  auto limits = leaving_out();
  limits.max_runs = 3;
  std::string const bad = R"({"id":"x","a":NaN})";
  auto const three = parsed(page_around(bad + "," + bad + "," + bad), limits);
  CHECK(three.bad_runs().size() == 3);
  CHECK(refused(page_around(bad + "," + bad + "," + bad + "," + bad), limits).code ==
        errc::too_large);
  limits.max_runs = 100;
  limits.max_arena_bytes = 100'000;
  CHECK(refused(page_around(with("x", "a", "\"" + std::string(200'000, 'x') + "\xff\"")), limits)
            .code == errc::too_large);
}

TEST_CASE("a selection, and a copy, of a page with bad runs tell of them as the page does") {
  auto const page =
      parsed(page_around(R"({"id":"x","a":NaN},)" + sample_run("a") + "," + sample_run("b")),
             leaving_out());
  auto const some = page.select(std::vector<std::size_t>{1});
  CHECK(some.bad_runs().size() == 1);
  CHECK(some.issues().size() == page.issues().size());
}

TEST_CASE("the table of issues has a row for a bad run, which is about no run of the page") {
  auto const page =
      parsed(page_around(R"({"id":"x","a":NaN},{"id":"y","sequence":"7"})"), leaving_out());
  auto const rows = simruns::row_count(simruns::table::issues, page);
  CHECK(rows == page.issues().size());
  auto const none = page.select({});
  CHECK(simruns::row_count(simruns::table::issues, none) == 1);
}
