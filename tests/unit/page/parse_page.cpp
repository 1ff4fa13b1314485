#include "simruns/page/parse_page.hpp"

#include "simruns/testing/sample_pages.hpp"
#include "support/catch.hpp"
#include "support/pages.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

using simruns::errc;
using simruns::parse_limits;
using simruns::presence;
using simruns::testing::page_of;
using simruns::testing::sample_run;
using test::issues_of;
using test::page_around;
using test::parsed;
using test::refused;
using list = std::vector<std::string>;

namespace {

/// The only run of a page, which it keeps alive.
simruns::run_ptr only(simruns::page const& got) {
  REQUIRE(got.size() == 1);
  return got.share(0);
}

/// A sample run with `"name": value` instead of its own member, or beside the others.
std::string run_with(std::string const& name, std::string const& value) {
  return test::replace_member(sample_run("a"), name, value);
}

std::int64_t milliseconds(simruns::maybe<simruns::time_point> const& when) {
  REQUIRE(when.has_value());
  return when->time_since_epoch().count();
}

}  // namespace

TEST_CASE("every member of the contract is read into its field") {
  auto const got = parsed(page_around(R"({
    "id": "r1", "organisationReference": "o1", "projectReference": "p1",
    "simulationReference": "s1", "simulationRunBatchReference": "b1", "sequence": 17,
    "largeLanguageModelReferenceId": "m1", "endPointType": "rest",
    "turns": [{"id": "t1", "sequence": 1, "text": "hi", "data": {"a": [1]},
               "createdAt": 1718000000000},
              {}],
    "totalTurns": 2, "maxTurns": 20,
    "successCriteria": [{"type": "text", "params": {"name": "n"}}],
    "metrics": {"sentiment": "positive", "success": true, "results": [{"x": 1}, {}],
                "successRate": {"percentage": 66.7, "numerator": 2, "denominator": 3},
                "summary": "fine", "isBatchStopped": false, "isConversationEnded": true,
                "errorInfo": {"category": "NONE", "message": "m", "technicalDetails": "d"},
                "status": "SUCCESS"},
    "createdAt": 1718000000000, "createdBy": "u1", "duration": 3000000000,
    "expiresAt": "2024-06-10T06:13:20Z"})"));
  CHECK(issues_of(got).empty());
  auto const run = only(got);
  CHECK(run->id == "r1");
  CHECK(*run->organisation == "o1");
  CHECK(*run->project == "p1");
  CHECK(*run->scenario == "s1");
  CHECK(*run->batch == "b1");
  CHECK(*run->sequence == 17);
  CHECK(*run->large_language_model == "m1");
  CHECK(*run->endpoint_type == "rest");
  REQUIRE(run->turns.size() == 2);
  CHECK(*run->turns[0].id == "t1");
  CHECK(*run->turns[0].sequence == 1);
  CHECK(*run->turns[0].text == "hi");
  CHECK(*run->turns[0].data == R"({"a": [1]})");
  CHECK(milliseconds(run->turns[0].created_at) == 1'718'000'000'000);
  CHECK(run->turns[1].id.state() == presence::absent);
  CHECK(run->turns[1].data.state() == presence::absent);
  CHECK(*run->total_turns == 2);
  CHECK(*run->max_turns == 20);
  REQUIRE(run->criteria.size() == 1);
  CHECK(*run->criteria[0].type == "text");
  CHECK(*run->criteria[0].params == R"({"name": "n"})");
  auto const& m = run->metrics;
  CHECK_FALSE(m.empty);
  CHECK(m.sentiment->value == simruns::sentiment::positive);
  CHECK(*m.success);
  REQUIRE(m.results->size() == 2);
  CHECK((*m.results)[0] == R"({"x": 1})");
  CHECK((*m.results)[1] == "{}");
  CHECK(*m.success_rate->percentage == 66.7);
  CHECK(*m.success_rate->numerator == 2);
  CHECK(*m.success_rate->denominator == 3);
  CHECK(*m.summary == "fine");
  CHECK_FALSE(*m.is_batch_stopped);
  CHECK(*m.is_conversation_ended);
  CHECK(m.error_info->category->value == simruns::error_origin::none);
  CHECK(*m.error_info->message == "m");
  CHECK(*m.error_info->technical_details == "d");
  CHECK(m.status->value == simruns::run_status::success);
  CHECK(milliseconds(run->created_at) == 1'718'000'000'000);
  CHECK(*run->created_by == "u1");
  CHECK(*run->duration_ms == 3'000'000'000);
  CHECK(milliseconds(run->expires_at) == 1'718'000'000'000);
  CHECK(*run->expires_at_text == "2024-06-10T06:13:20Z");
  CHECK(run->extra.empty());
}

TEST_CASE("pagination is read, with null and absent cursors apart") {
  auto const got = parsed(R"({"pagination":{"limit":100,"skip":5,"total":7,"hasNext":true,
    "hasPrevious":false,"next":"n/1","previous":null},"data":[]})");
  CHECK(issues_of(got).empty());
  auto const& p = got.pagination();
  CHECK(*p.limit == 100);
  CHECK(*p.skip == 5);
  CHECK(*p.total == 7);
  CHECK(*p.has_next);
  CHECK_FALSE(*p.has_previous);
  CHECK(*p.next == "n/1");
  CHECK(p.previous.state() == presence::null);
  auto const bare = parsed(R"({"data":[],"pagination":{"limit":1,"skip":0,"total":0,
    "hasNext":false,"hasPrevious":false}})");
  CHECK(bare.pagination().next.state() == presence::absent);
  CHECK(issues_of(bare).empty());
}

TEST_CASE("null, absent and empty are three states") {
  auto const null = only(parsed(page_around(run_with("endPointType", "null"))));
  CHECK(null->endpoint_type.state() == presence::null);
  CHECK(null->issues.empty());
  auto const empty = only(parsed(page_around(run_with("endPointType", R"("")"))));
  CHECK(empty->endpoint_type.state() == presence::present);
  CHECK(empty->endpoint_type->empty());
  auto const absent = only(parsed(page_around(sample_run("a"))));
  CHECK(absent->endpoint_type.state() == presence::absent);
  CHECK(absent->issues.empty());
}

TEST_CASE("no body but an object with a data array is a page") {
  for (std::string const body : {"",
                                 " ",
                                 "null",
                                 "true",
                                 "false",
                                 "7",
                                 "-1.5e3",
                                 R"("data")",
                                 "[]",
                                 "[{}]",
                                 "{}",
                                 R"({"pagination":{}})",
                                 R"({"data":null})",
                                 R"({"data":{}})",
                                 R"({"data":"[]"})",
                                 R"({"data":7})",
                                 R"({"Data":[]})",
                                 R"({"data":[]}{})",
                                 R"({"data":[]},)",
                                 R"({"data":[],})",
                                 R"({"data":[1,]})",
                                 R"({data:[]})",
                                 R"({'data':[]})",
                                 R"({"data":[] /* comment */})",
                                 R"({"data":[NaN]})",
                                 R"({"data":[01]})",
                                 R"({"data":[],"data":null})",
                                 R"({"data":[],"data":{}})",
                                 "<html></html>"}) {
    CAPTURE(body);
    auto const error = refused(body);
    CHECK(error.code == errc::decode);
    CHECK_FALSE(error.message.empty());
    boost::system::error_code not_json;
    boost::json::parse(body, not_json);
    bool const only_a_number = error.message.find(": NaN") != error.message.npos ||
                               error.message.find(": 01") != error.message.npos;
    CHECK(error.whole_json == (!not_json || only_a_number));
  }
  CHECK(parsed("\r\n\t {\"data\":[]} \n").empty());
}

TEST_CASE("a page without pagination is a page, with an issue") {
  CHECK(issues_of(parsed(R"({"data":[]})")) == list{"/pagination: required, but missing"});
  CHECK(issues_of(parsed(R"({"data":[],"pagination":null})")) ==
        list{"/pagination: expected object, got null"});
}

TEST_CASE("_id stands in for id, in any order, and never replaces it") {
  auto const run_of = [](std::string const& ids) {
    return parsed(
        page_around("{" + ids + test::replace_member(sample_run("x"), "id", "").substr(1)));
  };
  for (auto const& [ids, want, issues] : {
           std::tuple<std::string, std::string, list>{R"("_id":"a",)", "a", {}},
           {R"("id":"a",)", "a", {}},
           {R"("id":"a","_id":"b",)", "a", {}},
           {R"("_id":"b","id":"a",)", "a", {}},
           {R"("_id":"b","id":null,)", "b", {"/data/0/id: expected string, got null"}},
           {R"("id":null,"_id":"b",)", "b", {"/data/0/id: expected string, got null"}},
           {R"("id":7,"_id":"b",)", "b", {"/data/0/id: expected string, got number"}},
           {R"("id":"a","_id":{"$oid":"b"},)", "a", {"/data/0/_id: expected string, got object"}},
           {R"("id":"a","_id":null,)", "a", {}},
           {R"("_id":null,)", "", {"/data/0/id: required, but missing"}},
           {"", "", {"/data/0/id: required, but missing"}},
           {R"("id":"",)", "", {}},
           {R"("id":"a","id":"b",)", "b", {"/data/0/id: duplicate member; the last wins"}},
       }) {
    CAPTURE(ids);
    auto const got = run_of(ids);
    CHECK(only(got)->id == want);
    CHECK(issues_of(got) == issues);
  }
}

TEST_CASE("times below 1e11 are seconds, others milliseconds") {
  for (auto const& [literal, value] : {
           std::pair<std::string, std::int64_t>{"0", 0},
           {"1", 1000},
           {"-1", -1000},
           {"1718000000", 1'718'000'000'000},
           {"1.718e9", 1'718'000'000'000},
           {"99999999999", 99'999'999'999'000},
           {"100000000000", 100'000'000'000},
           {"1e11", 100'000'000'000},
           {"-62135596800", -62'135'596'800'000},
           {"-100000000000", -100'000'000'000},
           {"1718000000000", 1'718'000'000'000},
           {"1718000000000.0", 1'718'000'000'000},
           {"253402300799999", 253'402'300'799'999},
           {"-62135596800000", -62'135'596'800'000},
       }) {
    CAPTURE(literal);
    auto const run = only(parsed(page_around(run_with("createdAt", literal))));
    CHECK(run->issues.empty());
    CHECK(milliseconds(run->created_at) == value);
  }
}

TEST_CASE("a time beyond the years 1 to 9999 is an issue, and no time") {
  for (std::string const literal : {"253402300800000", "-62135596800001", "1718000000000000",
                                    "9223372036854775807", "-9223372036854775808"}) {
    CAPTURE(literal);
    auto const run = only(parsed(page_around(run_with("createdAt", literal))));
    CHECK_FALSE(run->created_at.has_value());
    REQUIRE(run->issues.size() == 1);
    CHECK(run->issues[0].path == "/data/0/createdAt");
    CHECK(run->issues[0].message == "time out of range: " + literal);
  }
}

TEST_CASE("an unknown member that comes twice is there once, the last, and an issue says so") {
  auto text = sample_run("a");
  text.insert(text.size() - 1, R"(,"x":1,"y":2,"x":3)");
  auto const run = only(parsed(page_around(text)));
  REQUIRE(run->extra.size() == 2);
  CHECK(run->extra[0].key == "y");
  CHECK(run->extra[1].key == "x");
  CHECK(run->extra[1].json == "3");
  REQUIRE(run->issues.size() == 1);
  CHECK(run->issues[0].path == "/data/0/x");
}

TEST_CASE("issues beyond the limit are counted for the run that has them") {
  parse_limits limits;
  limits.max_issues = 3;
  std::string runs;
  for (int i = 0; i < 4; ++i) {
    if (i != 0) runs += ",";
    runs += run_with("createdAt", R"("x")");
  }
  auto const got = simruns::parse_page(page_around(runs), limits);
  REQUIRE(got.has_value());
  CHECK(got->issues_dropped() == 1);
  CHECK((*got)[2].issues.size() == 1);
  CHECK((*got)[2].issues_dropped == 0);
  CHECK((*got)[3].issues.empty());
  CHECK((*got)[3].issues_dropped == 1);
}

TEST_CASE("a detached run is the same run, and keeps no page alive") {
  auto kept = [] {
    auto const source = parsed(page_around(sample_run("a") + "," + sample_run("b")));
    return simruns::detach(source[1]);
  }();
  REQUIRE(kept);
  CHECK(kept->id == "b");
  CHECK(kept->json() == sample_run("b"));
  CHECK(kept->turns.size() == only(parsed(page_around(sample_run("b"))))->turns.size());
}

TEST_CASE("a detached run has the issues of the original, at their paths") {
  auto const odd = R"({"id":"b","sequence":"x","duration":false,"durat\u0069on":7})";
  auto const source = parsed(page_around(sample_run("a") + "," + odd));
  auto const kept = simruns::detach(source[1]);
  REQUIRE(kept->issues.size() == source[1].issues.size());
  CHECK(kept->issues.size() > 1);
  for (std::size_t i = 0; i < kept->issues.size(); ++i) {
    CHECK(kept->issues[i].path == source[1].issues[i].path);
    CHECK(kept->issues[i].path.starts_with("/data/1/"));
    CHECK(kept->issues[i].message == source[1].issues[i].message);
  }
}

TEST_CASE("expiresAt is a text, a number or null, and keeps what was sent") {
  auto const expiry = [](std::string const& value) {
    return only(parsed(page_around(run_with("expiresAt", value))));
  };
  auto const text = expiry(R"("2024-06-10T08:13:20.5+02:00")");
  CHECK(milliseconds(text->expires_at) == 1'718'000'000'500);
  CHECK(*text->expires_at_text == "2024-06-10T08:13:20.5+02:00");
  auto const seconds = expiry("1718000000");
  CHECK(milliseconds(seconds->expires_at) == 1'718'000'000'000);
  CHECK(*seconds->expires_at_text == "1718000000");
  auto const null = expiry("null");
  CHECK(null->expires_at.state() == presence::null);
  CHECK(null->expires_at_text.state() == presence::null);
  CHECK(null->issues.empty());
  auto const odd = parsed(page_around(run_with("expiresAt", R"("tomorrow")")));
  CHECK(odd[0].expires_at.state() == presence::absent);
  CHECK(*odd[0].expires_at_text == "tomorrow");
  CHECK(issues_of(odd) == list{"/data/0/expiresAt: expected date-time, got 'tomorrow'"});
}

TEST_CASE("an odd expiresAt after a good one leaves no time of the first") {
  for (std::string const odd : {"1e400", "1.5", R"("tomorrow")", "true", "{}", "[]", "null"}) {
    CAPTURE(odd);
    auto run = sample_run("a");
    run.insert(1, R"("expiresAt":"2024-06-10T06:13:20Z","expiresAt":)" + odd + ",");
    auto const got = only(parsed(page_around(run)));
    CHECK_FALSE(got->expires_at.has_value());
    CHECK(got->issues[0].message == "duplicate member; the last wins");
  }
}

TEST_CASE("percentages are the double that their literal is nearest to") {
  for (std::string const literal :
       {"0", "-0", "-0.0", "1", "0.1", "66.66666666666667", "33.333333333333336", "1e-5", "100.0",
        "8.41e21", "9007199254740993", "5e-324", "2.2250738585072011e-308",
        "1.7976931348623157e308", "123456789012345678901234567890", "0.30000000000000004",
        "2.2250738585072014E-308", "9214843084008499.0", "5.0600000000000005"}) {
    CAPTURE(literal);
    auto const run = only(parsed(
        page_around(run_with("metrics", R"({"successRate":{"percentage":)" + literal + "}}"))));
    CHECK(run->issues.empty());
    auto const got = *run->metrics.success_rate->percentage;
    auto const want = std::strtod(literal.c_str(), nullptr);
    CHECK(got == want);
    CHECK(std::signbit(got) == std::signbit(want));
  }
}

TEST_CASE("unknown members are kept, wherever they stand, in the order of the body") {
  auto const got =
      parsed(R"({"a":1,"data":[{"id":"r","b":{"x":[1,"]"]},"c":null,"turns":[{"d":"t"}],)"
             R"("successCriteria":[{"type":"t","params":{},"e":true}],"f":"A\"",)"
             R"("metrics":{"g":1.50,"successRate":{"h":-0},"errorInfo":{"i":[]}}}],)"
             R"("pagination":{"j":"","limit":1},"k":[{}]})");
  auto const text = [](std::span<simruns::extra_member const> members) {
    list out;
    for (auto const& m : members) out.push_back(std::string(m.key) + "=" + std::string(m.json));
    return out;
  };
  CHECK(text(got.extra()) == list{"a=1", "k=[{}]"});
  CHECK(text(got.pagination().extra) == list{"j=\"\""});
  auto const run = only(got);
  CHECK(text(run->extra) == list{R"(b={"x":[1,"]"]})", "c=null", R"(f="A\"")"});
  CHECK(text(run->turns[0].extra) == list{R"(d="t")"});
  CHECK(text(run->criteria[0].extra) == list{"e=true"});
  CHECK(text(run->metrics.extra) == list{"g=1.50"});
  CHECK(text(run->metrics.success_rate->extra) == list{"h=-0"});
  CHECK(text(run->metrics.error_info->extra) == list{"i=[]"});
}

TEST_CASE("a word that an enumeration does not know is kept beside unknown, and is an issue") {
  auto const got = parsed(page_around(run_with(
      "metrics", R"({"sentiment":"mixed","status":"PAUSED","errorInfo":{"category":"success"}})")));
  auto const& m = got[0].metrics;
  CHECK(m.sentiment->value == simruns::sentiment::unknown);
  CHECK(m.sentiment->text == "mixed");
  CHECK(m.status->value == simruns::run_status::unknown);
  CHECK(m.status->text == "PAUSED");
  CHECK(m.error_info->category->value == simruns::error_origin::unknown);
  CHECK(m.error_info->category->text == "success");
  CHECK(issues_of(got) ==
        list{"/data/0/metrics/sentiment: unknown value 'mixed', kept as text",
             "/data/0/metrics/status: unknown value 'PAUSED', kept as text",
             "/data/0/metrics/errorInfo/category: unknown value 'success', kept as text"});
}

TEST_CASE("every word of the contract's enumerations is known") {
  using simruns::error_origin;
  using simruns::run_status;
  using simruns::sentiment;
  auto const metrics_of = [](std::string const& json) {
    auto const got = parsed(page_around(run_with("metrics", json)));
    CHECK(issues_of(got).empty());
    return got[0].metrics;
  };
  for (auto const& [word, value] : {std::pair{"positive", sentiment::positive},
                                    {"negative", sentiment::negative},
                                    {"neutral", sentiment::neutral}}) {
    CHECK(metrics_of(std::string(R"({"sentiment":")") + word + "\"}").sentiment->value == value);
  }
  for (auto const& [word, value] : {std::pair{"SUCCESS", run_status::success},
                                    {"FAILED", run_status::failed},
                                    {"ERROR", run_status::error}}) {
    CHECK(metrics_of(std::string(R"({"status":")") + word + "\"}").status->value == value);
  }
  for (auto const& [word, value] : {std::pair{"NONE", error_origin::none},
                                    {"LLM_PROVIDER_ERROR", error_origin::llm_provider},
                                    {"AI_AGENT_TIMEOUT", error_origin::agent_timeout},
                                    {"AI_AGENT_ERROR", error_origin::agent_error},
                                    {"UNKNOWN", error_origin::unknown_error}}) {
    auto const json = std::string(R"({"errorInfo":{"category":")") + word + "\"}}";
    CHECK(metrics_of(json).error_info->category->value == value);
  }
}

TEST_CASE(
    "a long or unprintable word is shortened in the issue, between characters, and whole in the "
    "field") {
  std::string word(59, 'x');
  word += "\xc3\xb6\xc3\xb6\\n";
  auto const got = parsed(page_around(run_with("metrics", R"({"status":")" + word + "\"}")));
  CHECK(got[0].metrics.status->text == std::string(59, 'x') + "\xc3\xb6\xc3\xb6\n");
  CHECK(issues_of(got) == list{"/data/0/metrics/status: unknown value '" + std::string(59, 'x') +
                               "...', kept as text"});
  auto const control = parsed(page_around(run_with("metrics", R"({"status":"\u001b[31m\n"})")));
  CHECK(issues_of(control) == list{"/data/0/metrics/status: unknown value '?[31m ', kept as text"});
}

TEST_CASE("metrics without a member are empty, with any member they are not") {
  auto const is_empty = [](std::string const& metrics) {
    auto const decoded = parsed(page_around(run_with("metrics", metrics)));
    return decoded[0].metrics.empty;
  };
  CHECK(is_empty("{}"));
  CHECK(is_empty("null"));
  CHECK_FALSE(is_empty(R"({"success":null})"));
  CHECK_FALSE(is_empty(R"({"new":null})"));
}

TEST_CASE("elements that are no objects keep their place, their text and an issue") {
  auto const got = parsed(
      R"({"pagination":{"limit":1,"skip":0,"total":0,"hasNext":false,"hasPrevious":false},"data":[)"
      R"(null, 7 ,"s\"",[1,[2]],true,)" +
      sample_run("ok") + "]}");
  REQUIRE(got.size() == 6);
  CHECK(got[0].json() == "null");
  CHECK(got[1].json() == "7");
  CHECK(got[2].json() == R"("s\"")");
  CHECK(got[3].json() == "[1,[2]]");
  CHECK(got[4].json() == "true");
  CHECK(got[5].id == "ok");
  CHECK(issues_of(got) ==
        list{"/data/0: expected object, got null", "/data/1: expected object, got number",
             "/data/2: expected object, got string", "/data/3: expected object, got array",
             "/data/4: expected object, got bool"});
  for (std::size_t i = 0; i < 5; ++i) {
    REQUIRE(got[i].issues.size() == 1);
    CHECK(got[i].issues[0].path == "/data/" + std::to_string(i));
    CHECK(got[i].id.empty());
  }
  CHECK(got[5].issues.empty());
}

TEST_CASE("turns, criteria and results that are no objects keep their place") {
  auto run = run_with("turns", R"([1,{"text":"b"},[{}],null])");
  run = test::replace_member(run, "successCriteria", R"(["x",{"type":"t","params":{}},[]])");
  run = test::replace_member(run, "metrics", R"({"results":[1, "]" ,[2],{"a":{}},null]})");
  auto const got = parsed(page_around(run));
  auto const r = only(got);
  REQUIRE(r->turns.size() == 4);
  CHECK(*r->turns[1].text == "b");
  REQUIRE(r->criteria.size() == 3);
  CHECK(*r->criteria[1].type == "t");
  list results(r->metrics.results->begin(), r->metrics.results->end());
  CHECK(results == list{"1", R"("]")", "[2]", R"({"a":{}})", "null"});
  CHECK(issues_of(got) == list{
                              "/data/0/turns/0: expected object, got number",
                              "/data/0/turns/2: expected object, got array",
                              "/data/0/turns/3: expected object, got null",
                              "/data/0/successCriteria/0: expected object, got string",
                              "/data/0/successCriteria/2: expected object, got array",
                              "/data/0/metrics/results/0: expected object, got number",
                              "/data/0/metrics/results/1: expected object, got string",
                              "/data/0/metrics/results/2: expected object, got array",
                              "/data/0/metrics/results/4: expected object, got null",
                          });
}

TEST_CASE("the last of a member that comes twice wins, whole") {
  auto const got = parsed(page_around(
      R"({"id":"a","metrics":{"success":true,"errorInfo":{"message":"m"},"errorInfo":{},)"
      R"("successRate":{"numerator":1},"successRate":null},"metrics":{"status":"ERROR"},)"
      R"("turns":[{"id":"t"}],"turns":[],"successCriteria":[{"type":"t","params":{}}],)"
      R"("successCriteria":7})"));
  auto const r = only(got);
  CHECK_FALSE(r->metrics.success.has_value());
  CHECK(r->metrics.error_info.state() == presence::absent);
  CHECK(r->metrics.status->value == simruns::run_status::error);
  CHECK(r->turns.empty());
  CHECK(r->criteria.empty());
}

TEST_CASE("the last of two data arrays, and of two paginations, wins") {
  auto const got = parsed(R"({"data":[{"id":"a"},7],"pagination":{"total":1,"next":"n"},"data":[)" +
                          sample_run("b") + R"(],"pagination":{"total":2}})");
  CHECK(only(got)->id == "b");
  CHECK(got[0].issues.empty());
  CHECK(*got.pagination().total == 2);
  CHECK(got.pagination().next.state() == presence::absent);
  auto const none = parsed(R"({"data":[],"pagination":{"total":1},"pagination":7})");
  CHECK_FALSE(none.pagination().total.has_value());
}

TEST_CASE("each run has the issues of its own, and the page has all") {
  auto const got =
      parsed(R"({"pagination":null,"data":[)" + run_with("sequence", "true") + "," +
             sample_run("b") + "," + run_with("turns", R"([{"sequence":"x"}])") + "]}");
  REQUIRE(got.size() == 3);
  REQUIRE(got[0].issues.size() == 1);
  CHECK(got[0].issues[0].path == "/data/0/sequence");
  CHECK(got[1].issues.empty());
  REQUIRE(got[2].issues.size() == 1);
  CHECK(got[2].issues[0].path == "/data/2/turns/0/sequence");
  CHECK(got.issues().size() == 3);
  CHECK(got.issues_dropped() == 0);
}

TEST_CASE("strict makes the first issue an error with its path") {
  simruns::parse_limits strict;
  strict.strict = true;
  CHECK(simruns::parse_page(page_of({"a", "b"}), strict).has_value());
  for (std::size_t kept : {std::size_t{1000}, std::size_t{0}}) {
    strict.max_issues = kept;
    auto const error = refused(page_around(run_with("sequence", "true")), strict);
    CHECK(error.code == errc::decode);
    CHECK(error.path == "/data/0/sequence");
    CHECK(error.message == "/data/0/sequence: expected integer, got bool");
  }
}
