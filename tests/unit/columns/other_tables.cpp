#include "simruns/columns/tables.hpp"
#include "simruns/page/parse_page.hpp"
#include "support/catch.hpp"
#include "support/pages.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using simruns::table;
using test::page_with;
using text = simruns::maybe<std::string_view>;
using number = simruns::maybe<std::int64_t>;

namespace {

/// A run with nothing required missing, but for what `members` takes away or puts in.
std::string run(std::string const& id, std::string const& members) {
  return R"({"id":")" + id + R"(","organisationReference":"o","projectReference":"p",
      "simulationReference":"s","simulationRunBatchReference":"b","sequence":1,
      "largeLanguageModelReferenceId":"m","totalTurns":0,"createdAt":1718000000000,
      "createdBy":"u",)" +
         members + "}";
}

constexpr auto plain = R"("turns":[],"successCriteria":[],"metrics":{})";

/// What the result of each criterion is, `-` where it has none.
std::vector<std::string> joined(std::string const& criteria, std::string const& results) {
  auto const members =
      R"("turns":[],"successCriteria":[)" + criteria + R"(],"metrics":{"results":)" + results + "}";
  auto const t = simruns::build(table::criteria, page_with(run("a", members)));
  std::vector<std::string> out;
  for (std::size_t i = 0; i < t.rows; ++i) {
    out.emplace_back(t["criterion_result"].text(i).value_or(std::string_view("-")));
  }
  return out;
}

std::string criterion(std::string const& name) {
  return R"({"type":"t","params":{"name":")" + name + R"("}})";
}

}  // namespace

TEST_CASE("every turn is a row that knows its run and its place") {
  auto const t = simruns::build(table::turns, page_with(run("a", R"("metrics":{},
      "successCriteria":[],"turns":[
        {"id":"t","sequence":5,"text":"h\ni","data":{ "k":1},"createdAt":1718000000,"x":[1]},
        {}, 7])") + "," + run("b", R"("metrics":{},"successCriteria":[],"turns":[{"text":""}])")));
  REQUIRE(t.rows == 4);
  std::array const ids{"a", "a", "a", "b"};
  std::array const places{0, 1, 2, 0};
  for (std::size_t i = 0; i < t.rows; ++i) {
    CHECK(t["project"].text(i) == text("p"));
    CHECK(t["scenario"].text(i) == text("s"));
    CHECK(t["batch"].text(i) == text("b"));
    CHECK(t["run_id"].text(i) == text(ids[i]));
    CHECK(t["turn"].integer(i) == number(places[i]));
  }
  CHECK(t["turn_id"].text(0) == text("t"));
  CHECK(t["turn_sequence"].integer(0) == number(5));
  CHECK(t["text"].text(0) == text("h\ni"));
  CHECK(t["data"].text(0) == text(R"({ "k":1})"));
  CHECK(t["turn_extra"].text(0) == text(R"({"x":[1]})"));
  CHECK(t["turn_created_at"].time(0)->time_since_epoch().count() == 1718000000000);
  CHECK(t["text"].text(3) == text(""));
  for (auto const* name :
       {"turn_id", "turn_sequence", "text", "data", "turn_created_at", "turn_extra"}) {
    INFO(name);
    CHECK_FALSE(t[name].has_value(1));
    CHECK_FALSE(t[name].has_value(2));
  }
}

TEST_CASE("a turn has the role that it tells or that is inferred, and says which of the two") {
  auto const t = simruns::build(table::turns, page_with(run("a", R"("metrics":{},
      "successCriteria":[],"turns":[{"data":{"role":"user"}},{},{"data":{"role":"TOOL"}},{}])") +
                                                        "," + run("b", R"("metrics":{},
      "successCriteria":[],"turns":[{}])")));
  CHECK(t["role"].words() == std::vector<std::string_view>{"user", "agent", "tool", "system"});
  CHECK(simruns::columns_of(table::turns, {"role"}).front().ordered);
  std::array<std::string_view, 5> const roles{"user", "agent", "tool", "", ""};
  for (std::size_t i = 0; i < roles.size(); ++i) {
    INFO(i);
    CHECK(t["role"].text(i) == (roles[i].empty() ? text() : text(roles[i])));
    CHECK(t["role_is_inferred"].boolean(i) == simruns::maybe<bool>(i == 1));
  }
}

TEST_CASE("a criterion's result is the one of its name, wherever it stands") {
  auto const criteria = criterion("x") + "," + criterion("y");
  CHECK(joined(criteria, R"([{"name":"y","n":1},{"name":"x","n":2}])") ==
        std::vector<std::string>{R"({"name":"x","n":2})", R"({"name":"y","n":1})"});
  CHECK(joined(criteria, R"([{"name":"y"}])") == std::vector<std::string>{"-", R"({"name":"y"})"});
  CHECK(joined(criteria, R"([{"name":"z"},{"name":"x"},{"name":"w"}])") ==
        std::vector<std::string>{R"({"name":"x"})", "-"});
}

TEST_CASE("a name is read as JSON says it, the last of a duplicate included") {
  CHECK(joined(R"({"type":"t","params":{"name":"q","name":"\u00e9\"","a":{"name":"n"}}})",
               R"([{"name":"z"},{"deep":[{"name":"z"}],"n\u0061me":"é\u0022"}])") ==
        std::vector<std::string>{R"({"deep":[{"name":"z"}],"n\u0061me":"é\u0022"})"});
}

TEST_CASE("without a name on both sides the position decides, if the counts agree") {
  auto const unnamed = R"({"type":"t","params":{}},{"type":"t"})";
  CHECK(joined(unnamed, R"([{"n":1},{"n":2}])") ==
        std::vector<std::string>{R"({"n":1})", R"({"n":2})"});
  CHECK(joined(unnamed, R"([{"n":1}])") == std::vector<std::string>{"-", "-"});
  CHECK(joined(unnamed, R"([{"n":1},{"n":2},{"n":3}])") == std::vector<std::string>{"-", "-"});
  CHECK(joined(unnamed, "[]") == std::vector<std::string>{"-", "-"});
  CHECK(joined(unnamed, "null") == std::vector<std::string>{"-", "-"});
}

TEST_CASE("a name that is there twice decides nothing") {
  auto const twice = criterion("x") + "," + criterion("x");
  CHECK(joined(twice, R"([{"name":"x","n":1},{"name":"x","n":2}])") ==
        std::vector<std::string>{R"({"name":"x","n":1})", R"({"name":"x","n":2})"});
  CHECK(joined(twice, R"([{"name":"x"}])") == std::vector<std::string>{"-", "-"});
  CHECK(joined(criterion("x"), R"([{"name":"x","n":1},{"name":"x","n":2}])") ==
        std::vector<std::string>{"-"});
}

TEST_CASE("no result belongs to two criteria") {
  CHECK(joined(criterion("x") + "," + criterion("y"), R"([{"name":"y"},{"name":"z"}])") ==
        std::vector<std::string>{"-", R"({"name":"y"})"});
}

TEST_CASE("a result says success or passed, a reason or an explanation, or nothing") {
  struct expected {
    std::string result;
    simruns::maybe<bool> success;
    text reason;
  };
  for (auto const& [result, success, reason] : std::vector<expected>{
           {R"({"success":true,"reason":"r"})", true, text("r")},
           {R"({"passed":false,"explanation":"e"})", false, text("e")},
           {R"({"passed":true,"success":false})", false, {}},
           {R"({"success":false,"passed":true})", false, {}},
           {R"({"success":null,"passed":true,"reason":7,"explanation":"e"})", {}, text("e")},
           {R"({"success":"true","reason":null})", {}, {}},
           {R"({"explanation":"e","reason":"a\tb","success":true,"success":false})", false,
            text("a\tb")},
           {R"([{"success":true}])", {}, {}},
           {R"("success")", {}, {}},
           {R"({ "a" : {"success":true} , "b" : "\\\"}{" , "success" : true })", true, {}},
           {R"({})", {}, {}}}) {
    INFO(result);
    auto const members = R"("turns":[],"successCriteria":[{"type":"t","params":{"name":3}}],
        "metrics":{"results":[)" +
                         result + "]}";
    auto const t = simruns::build(table::criteria, page_with(run("a", members)));
    REQUIRE(t.rows == 1);
    CHECK(t["criterion_success"].boolean(0) == success);
    CHECK(t["criterion_reason"].text(0) == reason);
    CHECK(t["criterion_result"].text(0) == text(result));
    CHECK_FALSE(t["criterion_name"].has_value(0));
    CHECK(t["criterion_params"].text(0) == text(R"({"name":3})"));
    CHECK(t["criterion_type"].text(0) == text("t"));
  }
}

TEST_CASE("every issue is a row that knows its run, or none where the page is odd") {
  auto const source =
      test::parsed(R"({"data":[)" + run("a", plain) + "," + run("b", R"("turns":[],"metrics":{},
      "successCriteria":[{"type":1,"params":{}}],"duration":"x")") +
                   R"(,5],"pagination":{"limit":"x"}})");
  auto const t = simruns::build(table::issues, source, 200);
  REQUIRE(t.rows == source.issues().size());
  REQUIRE(t.rows == simruns::row_count(table::issues, source));
  std::size_t of_page = 0;
  for (std::size_t i = 0; i < t.rows; ++i) {
    CHECK(t["path"].text(i) == text(source.issues()[i].path));
    CHECK(t["message"].text(i) == text(source.issues()[i].message));
    auto const path = *t["path"].text(i);
    INFO(path);
    bool const of_b = path.starts_with("/data/1/");
    bool const of_five = path.starts_with("/data/2");
    CHECK(t["run_index"].integer(i) == (of_b ? number(201) : of_five ? number(202) : number()));
    CHECK(t["run_id"].text(i) == (of_b ? text("b") : of_five ? text("") : text()));
    CHECK(t["project"].text(i) == (of_b ? text("p") : text()));
    CHECK(t["scenario"].text(i) == (of_b ? text("s") : text()));
    CHECK(t["batch"].text(i) == (of_b ? text("b") : text()));
    of_page += !of_b && !of_five;
  }
  CHECK(of_page >= 1);
}

TEST_CASE("a selection has the issues of its runs, and not those of the others") {
  auto const odd = R"("turns":[],"successCriteria":[],"metrics":{},"duration":"x")";
  auto const source = page_with(run("a", odd) + "," + run("b", odd) + "," + run("c", odd));
  std::array<std::size_t, 1> const last{2};
  auto const t = simruns::build(table::issues, source.select(last));
  REQUIRE(t.rows == 1);
  CHECK(t["run_id"].text(0) == text("c"));
  CHECK(t["run_index"].integer(0) == number(0));
  CHECK(t["path"].text(0) == text("/data/2/duration"));
}

TEST_CASE("the id of a run is in a table once, however many rows the run has") {
  std::string const id(100'000, 'i');
  auto const got =
      page_with(run(id, R"("metrics":{},"turns":[{},{},{}],"successCriteria":[{},{}])") + "," +
                run("b", R"("metrics":{},"turns":[{}],"successCriteria":[{}])"));
  for (auto const which : {table::turns, table::criteria, table::issues}) {
    INFO(to_string(which));
    auto const t = simruns::build(which, got);
    REQUIRE(t["run_id"].type() == simruns::column_type::dictionary);
    CHECK(t["run_id"].words() == std::vector<std::string_view>{id, "b"});
    CHECK(t["run_id"].text(0) == text(id));
    CHECK(t["run_id"].text(t.rows - 1) == text("b"));
  }
  CHECK(simruns::build(table::runs, got)["run_id"].type() == simruns::column_type::text);
}
