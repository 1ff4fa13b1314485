#include "simruns/columns/tables.hpp"
#include "simruns/page/detail/page_data.hpp"
#include "simruns/page/parse_page.hpp"
#include "simruns/testing/sample_pages.hpp"
#include "support/catch.hpp"
#include "support/pages.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using simruns::table;
using test::page_with;
using text = simruns::maybe<std::string_view>;

namespace {

simruns::column_batch runs_of(std::string const& runs) {
  return simruns::build(table::runs, page_with(runs));
}

simruns::time_point at(std::int64_t ms) {
  return simruns::time_point{std::chrono::milliseconds{ms}};
}

/// Each cell as text, `-` where there is no value.
std::vector<std::string> cells(simruns::column const& column) {
  std::vector<std::string> out;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!column.has_value(row)) {
      out.emplace_back("-");
      continue;
    }
    switch (column.type()) {
      case simruns::column_type::integer:
      case simruns::column_type::time:
        out.push_back(std::to_string(column.integers()[row]));
        break;
      case simruns::column_type::real:
        out.push_back(std::to_string(*column.real(row)));
        break;
      case simruns::column_type::boolean:
        out.emplace_back(*column.boolean(row) ? "true" : "false");
        break;
      default:
        out.emplace_back(*column.text(row));
    }
  }
  return out;
}

constexpr auto whole = R"({"id":"r1","organisationReference":"o","projectReference":"p",
  "simulationReference":"s","simulationRunBatchReference":"b","sequence":3,
  "largeLanguageModelReferenceId":"m","endPointType":"rest","turns":[{},{}],"totalTurns":2,
  "maxTurns":9,"successCriteria":[{"type":"t","params":{}}],
  "metrics":{"sentiment":"neutral","success":false,"results":[ {"a" : 1},{"b":"]"}],
    "successRate":{"percentage":50.0,"numerator":1,"denominator":2},"summary":"fine",
    "isBatchStopped":false,"isConversationEnded":true,
    "errorInfo":{"category":"AI_AGENT_TIMEOUT","message":"late","technicalDetails":""},
    "status":"ERROR"},
  "createdAt":1718000000001,"createdBy":"u","duration":1500,"expiresAt":"2031-01-01T00:00:00Z"})";

}  // namespace

TEST_CASE("every member of a run that the contract names is in its column") {
  auto const t = runs_of(whole);
  REQUIRE(t.rows == 1);
  for (auto const& [name, want] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"run_id", "r1"},
           {"organisation", "o"},
           {"project", "p"},
           {"scenario", "s"},
           {"batch", "b"},
           {"large_language_model", "m"},
           {"endpoint_type", "rest"},
           {"verdict", "agent_error"},
           {"status", "ERROR"},
           {"sentiment", "neutral"},
           {"summary", "fine"},
           {"error_category", "AI_AGENT_TIMEOUT"},
           {"error_message", "late"},
           {"error_technical_details", ""},
           {"created_by", "u"},
           {"results", R"([{"a" : 1},{"b":"]"}])"}}) {
    INFO(name);
    CHECK(t[name].text(0) == text(want));
  }
  for (auto const& [name, want] :
       std::vector<std::pair<std::string_view, std::int64_t>>{{"sequence", 3},
                                                              {"total_turns", 2},
                                                              {"max_turns", 9},
                                                              {"n_turns", 2},
                                                              {"n_criteria", 1},
                                                              {"success_numerator", 1},
                                                              {"success_denominator", 2},
                                                              {"duration_ms", 1500},
                                                              {"n_issues", 0}}) {
    INFO(name);
    CHECK(t[name].integer(0) == simruns::maybe<std::int64_t>(want));
  }
  CHECK(t["success_percentage"].real(0) == simruns::maybe<double>(50.0));
  CHECK(t["success"].boolean(0) == simruns::maybe<bool>(false));
  CHECK(t["contradictory"].boolean(0) == simruns::maybe<bool>(false));
  CHECK(t["is_batch_stopped"].boolean(0) == simruns::maybe<bool>(false));
  CHECK(t["is_conversation_ended"].boolean(0) == simruns::maybe<bool>(true));
  CHECK(t["created_at"].time(0) == simruns::maybe<simruns::time_point>(at(1718000000001)));
  CHECK(t["expires_at"].time(0) == simruns::maybe<simruns::time_point>(at(1924992000000)));
  CHECK_FALSE(t["extra"].has_value(0));
}

TEST_CASE("what is absent, null or of a wrong type is no value, and nothing is invented for it") {
  auto const t = runs_of(R"({}, {"id":null,"sequence":null,"metrics":null,"expiresAt":null},
      {"id":7,"sequence":"x","metrics":[],"createdAt":{},"endPointType":1,"turns":3},
      {"metrics":{"success":1,"results":{},"successRate":0,"errorInfo":"","status":5,"summary":[]}})");
  REQUIRE(t.rows == 4);
  for (auto const& c : t.columns) {
    INFO(c.name());
    CHECK(c.null_count() == (c.nullable() ? 4 : 0));
    for (std::size_t row = 0; row < t.rows; ++row) CHECK(c.has_value(row) == !c.nullable());
  }
  CHECK(t["run_id"].text(0) == text(""));
  CHECK(t["verdict"].text(0) == text("pending"));
  CHECK(t["n_turns"].integer(2) == simruns::maybe<std::int64_t>(0));
}

TEST_CASE("the name of a scenario is where a run names a scenario that has one") {
  auto const source = page_with(
      R"({"id":"a","simulationReference":"s"},{"id":"b","simulationReference":"t"},{"id":"c"})");
  auto const t = simruns::build(table::runs, source, 0, {}, {{"s", "Rebooking"}, {"u", "Other"}});
  CHECK(cells(t["scenario_name"]) == std::vector<std::string>{"Rebooking", "-", "-"});
  auto const unnamed = simruns::build(table::runs, source);
  CHECK(cells(unnamed["scenario_name"]) == std::vector<std::string>{"-", "-", "-"});
}

TEST_CASE("an unknown value of an enumeration is its own text") {
  auto const t = runs_of(R"({"id":"a","metrics":{"status":"HALF","sentiment":"meh",
                             "errorInfo":{"category":"NEW"}}})");
  CHECK(t["status"].text(0) == text("HALF"));
  CHECK(t["sentiment"].text(0) == text("meh"));
  CHECK(t["error_category"].text(0) == text("NEW"));
}

TEST_CASE("unknown members are kept where they came, keys and values unchanged") {
  auto const t = runs_of(R"({"id":"a","x":[ 1],"q\"\\\u0001":"\u00e9",
      "metrics":{"y":{"z":null},"successRate":{"n":1e400},"errorInfo":{"k":true,"message":"m"}}},
      {"id":"b","metrics":{"successRate":{"n":2}}},{"id":"c"})");
  CHECK(t["extra"].text(0) ==
        text(R"({"x":[ 1],"q\"\\\u0001":"\u00e9",)"
             R"("metrics":{"y":{"z":null},"successRate":{"n":1e400},"errorInfo":{"k":true}}})"));
  CHECK(t["extra"].text(1) == text(R"({"metrics":{"successRate":{"n":2}}})"));
  CHECK_FALSE(t["extra"].has_value(2));
}

TEST_CASE("no results are an empty array, absent results no value") {
  auto const t = runs_of(R"({"id":"a","metrics":{"results":[]}},{"id":"b","metrics":{}})");
  CHECK(t["results"].text(0) == text("[]"));
  CHECK_FALSE(t["results"].has_value(1));
}

TEST_CASE("a page of any size has every row, at the borders of bytes and words as well") {
  for (std::size_t rows : {1, 7, 8, 9, 63, 64, 65, 127, 128, 129, 200}) {
    std::string runs;
    for (std::size_t i = 0; i < rows; ++i) {
      if (i != 0) runs += ',';
      runs += R"({"id":")" + std::to_string(i) + R"(")" +
              (i % 3 == 0 ? ""
                          : R"(,"sequence":)" + std::to_string(i) + R"(,"metrics":{"success":)" +
                                (i % 2 == 0 ? "true" : "false") + "}") +
              "}";
    }
    auto const t = runs_of(runs);
    INFO(rows << " rows");
    REQUIRE(t.rows == rows);
    CHECK(t["sequence"].null_count() == (rows + 2) / 3);
    for (std::size_t i = 0; i < rows; ++i) {
      auto const n = static_cast<std::int64_t>(i);
      bool const present = i % 3 != 0;
      CHECK(t["run_id"].text(i) == text(std::to_string(i)));
      CHECK(t["sequence"].integer(i) ==
            (present ? simruns::maybe<std::int64_t>(n) : simruns::maybe<std::int64_t>()));
      CHECK(t["success"].boolean(i) ==
            (present ? simruns::maybe<bool>(i % 2 == 0) : simruns::maybe<bool>()));
    }
  }
}

TEST_CASE("a text that repeats stands once in the dictionary of its column, in order of coming") {
  for (std::size_t distinct : {1, 2, 11, 12, 13, 31, 32, 33, 500}) {
    std::string runs;
    for (std::size_t i = 0; i < 1000; ++i) {
      if (i != 0) runs += ',';
      runs += R"({"id":"r","createdBy":"u)" + std::to_string(i * 7 % distinct) + R"("})";
    }
    auto const t = runs_of(runs);
    INFO(distinct << " distinct");
    auto const& column = t["created_by"];
    auto const words = column.words();
    REQUIRE(words.size() == distinct);
    std::int32_t highest = -1;
    for (std::size_t i = 0; i < t.rows; ++i) {
      REQUIRE(column.text(i) == text("u" + std::to_string(i * 7 % distinct)));
      REQUIRE(column.indices()[i] <= highest + 1);
      highest = std::max(highest, column.indices()[i]);
    }
  }
}

TEST_CASE("the words of the contract have the same indices in every page, and others follow them") {
  using words = std::vector<std::string_view>;
  std::vector<std::pair<std::string_view, words>> const wanted{
      {"verdict",
       {"success", "failure", "agent_error", "platform_error", "unknown_error", "stopped",
        "pending"}},
      {"status", {"SUCCESS", "FAILED", "ERROR"}},
      {"sentiment", {"positive", "negative", "neutral"}},
      {"error_category",
       {"NONE", "LLM_PROVIDER_ERROR", "AI_AGENT_TIMEOUT", "AI_AGENT_ERROR", "UNKNOWN"}}};
  auto const none = runs_of("");
  auto const other = runs_of(R"({"metrics":{"status":"HALF","sentiment":"meh",
                                 "errorInfo":{"category":"NEW"}}})");
  for (auto const& [name, contract] : wanted) {
    INFO(name);
    CHECK(none[name].words() == contract);
    CHECK(simruns::columns_of(table::runs, {std::string(name)}).front().ordered);
    auto more = other[name].words();
    CHECK(more.size() == contract.size() + (name == "verdict" ? 0 : 1));
    more.resize(contract.size());
    CHECK(more == contract);
  }
}

TEST_CASE("the words that a dictionary begins with are those that decoding knows") {
  auto const t = runs_of("");
  for (auto const& [name, before, after] : std::vector<std::array<std::string, 3>>{
           {"status", R"("status":")", R"(")"},
           {"sentiment", R"("sentiment":")", R"(")"},
           {"error_category", R"("errorInfo":{"category":")", R"("})"}}) {
    auto known = t[name].words();
    known.push_back("another");
    for (auto const word : known) {
      auto const metrics = before + std::string(word) + after;
      auto const page = page_with(R"({"metrics":{)" + metrics + "}}");
      bool noted = false;
      for (auto const& issue : page.issues()) {
        noted = noted || issue.message.starts_with("unknown value");
      }
      INFO(metrics);
      CHECK(noted == (word == "another"));
    }
  }
}

TEST_CASE("an empty text is a word of a dictionary like any other") {
  auto const t = runs_of(R"({"id":"a","createdBy":""},{"id":"b"},{"id":"c","createdBy":"u"},)"
                         R"({"id":"d","createdBy":""})");
  auto const& column = t["created_by"];
  CHECK(column.text(0) == text(""));
  CHECK(column.text(1) == text());
  CHECK(column.text(2) == text("u"));
  CHECK(column.text(3) == text(""));
  CHECK(column.words().size() == 2);
}

TEST_CASE("a text without memory is a word of a dictionary too, even as the first") {
  auto data = std::make_shared<simruns::detail::page_data>();
  simruns::run r;
  r.created_by = std::string_view{};
  data->runs.push_back(r);
  auto const t = simruns::build(table::runs, simruns::page(std::move(data)));
  CHECK(t["created_by"].text(0) == text(""));
  CHECK(t["created_by"].words().size() == 1);
}

TEST_CASE("a batch has the columns that its table announces, and as many rows as it counts") {
  auto const source = simruns::parse_page(simruns::testing::page_of({"a", "b", "c"})).value();
  for (auto const which : {table::runs, table::turns, table::criteria, table::issues}) {
    INFO(simruns::to_string(which));
    auto const t = simruns::build(which, source);
    auto const announced = simruns::columns_of(which);
    CHECK(t.rows == simruns::row_count(which, source));
    REQUIRE(t.columns.size() == announced.size());
    for (std::size_t i = 0; i < announced.size(); ++i) {
      CHECK(t.columns[i].name() == announced[i].name);
      CHECK(t.columns[i].type() == announced[i].type);
      CHECK(t.columns[i].nullable() == announced[i].nullable);
      CHECK(t.columns[i].size() == t.rows);
      CHECK(t.find(announced[i].name) == &t.columns[i]);
    }
  }
}

TEST_CASE("the columns that are named are built as in the whole table, in the order of the names") {
  auto const source = simruns::parse_page(simruns::testing::page_of({"a", "b", "c"})).value();
  for (auto const which : {table::runs, table::turns, table::criteria, table::issues}) {
    auto const whole_table = simruns::build(which, source);
    simruns::column_names backwards;
    for (auto const& header : simruns::columns_of(which)) {
      backwards.emplace(backwards.begin(), header.name);
    }
    std::vector<simruns::column_names> wanted{backwards};
    for (auto const& name : backwards) wanted.push_back({name});
    for (auto const& only : wanted) {
      INFO(simruns::to_string(which) << " " << only.front());
      auto const t = simruns::build(which, source, 0, only);
      auto const announced = simruns::columns_of(which, only);
      REQUIRE(t.columns.size() == only.size());
      REQUIRE(announced.size() == only.size());
      CHECK(t.rows == whole_table.rows);
      for (std::size_t i = 0; i < only.size(); ++i) {
        CHECK(t.columns[i].name() == only[i]);
        CHECK(announced[i].name == only[i]);
        CHECK(cells(t.columns[i]) == cells(whole_table[only[i]]));
      }
    }
  }
}

TEST_CASE("a column that a table has not, or that is named twice, is the caller's mistake") {
  auto const refusal = [](simruns::column_names const& only) {
    try {
      simruns::columns_of(table::criteria, only);
    } catch (simruns::request_error const& error) {
      CHECK(error.code() == simruns::errc::invalid_argument);
      return error.failure().message;
    }
    return std::string();
  };
  auto const unknown = refusal({"run_id", "name"});
  CHECK_THAT(unknown, Catch::Matchers::ContainsSubstring("table of criteria has no column 'name'"));
  for (auto const& header : simruns::columns_of(table::criteria)) {
    CHECK_THAT(unknown, Catch::Matchers::ContainsSubstring(std::string(header.name)));
  }
  CHECK(refusal({"run_id", "run_id"}) == "column 'run_id' is named twice");
}

TEST_CASE("every table has the keys, and no other column has a name of another table") {
  std::map<std::string_view, int> tables_of;
  for (auto const which : {table::runs, table::turns, table::criteria, table::issues}) {
    for (auto const& header : simruns::columns_of(which)) ++tables_of[header.name];
  }
  for (auto const& [name, count] : tables_of) {
    INFO(name);
    bool const is_key =
        name == "project" || name == "scenario" || name == "batch" || name == "run_id";
    CHECK(count == (is_key ? 4 : 1));
  }
}

TEST_CASE("a page that is none, or has no run, has no row") {
  for (auto const& source : {simruns::page{}, page_with("")}) {
    for (auto const which : {table::runs, table::turns, table::criteria, table::issues}) {
      CHECK(simruns::row_count(which, source) == 0);
      CHECK(simruns::build(which, source).rows == 0);
    }
  }
}

TEST_CASE("columns outlive their page") {
  auto t = [] { return runs_of(whole); }();
  CHECK(t["summary"].text(0) == text("fine"));
  CHECK(t["created_by"].text(0) == text("u"));
}

TEST_CASE("a column that is not there is the caller's mistake") {
  auto const t = runs_of(whole);
  CHECK(t.find("score") == nullptr);
  CHECK_THROWS_WITH(t["score"], Catch::Matchers::ContainsSubstring("no column 'score'"));
}
