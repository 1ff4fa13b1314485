#include "simruns/fetch/error_body.hpp"

#include "support/catch.hpp"
#include "support/random_json.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

using simruns::errc;
using simruns::read_problem;

TEST_CASE("the contract's error body is read") {
  auto const got = read_problem(
      R"({"error":"limit is too large","field":"limit","code":"E42","traceId":"7f3a"})");
  CHECK(got.message == "limit is too large");
  CHECK(got.field == "limit");
  CHECK(got.code == "E42");
  CHECK(got.trace_id == "7f3a");
}

TEST_CASE("a problem of RFC 7807 is read, its detail before its title") {
  auto const got = read_problem(
      R"({"type":"about:blank","title":"Bad Request","status":400,"detail":"no such sort"})");
  CHECK(got.message == "no such sort");
  CHECK(read_problem(R"({"title":"Bad Request"})").message == "Bad Request");
  CHECK(read_problem(R"({"message":"m","trace_id":"t"})").trace_id == "t");
}

TEST_CASE("a member of an odd type is passed over") {
  auto const got = read_problem(
      R"({"error":{"message":"inner"},"detail":null,"title":"outer","code":42,"field":[]})");
  CHECK(got.message == "outer");
  CHECK(got.code == "42");
  CHECK(got.field.empty());
}

TEST_CASE("a web page is not quoted, but named") {
  auto const got = read_problem("\n <!doctype html><html><title>502</title></html>");
  CHECK_THAT(got.message, Catch::Matchers::ContainsSubstring("web page"));
  CHECK(got.message.find("doctype") == got.message.npos);
}

TEST_CASE("any other body is quoted in one short line that no terminal obeys") {
  CHECK(read_problem("").message.empty());
  CHECK(read_problem("upstream\n\n  down\x1b[31m").message == "upstream down [31m");
  auto const longest = read_problem(std::string(100'000, 'x')).message;
  CHECK(longest == std::string(200, 'x') + "...");
  auto const inside = read_problem(R"({"error":"a\u001b[0m\nb\u0000c"})").message;
  CHECK(inside == "a [0m b c");
}

TEST_CASE("no body makes the reader of problems fail") {
  test::random_json random(11);
  for (int i = 0; i < 3000; ++i) {
    auto body = R"({"error":)" + random.value(6) + R"(,"traceId":)" + random.value(2) + "}";
    if (random.random.one_in(2)) body = random.random.bytes(100);
    if (random.random.one_in(9)) body = std::string(random.random.below(1000), '[');
    auto const got = read_problem(body);
    for (auto const& text : {got.message, got.field, got.code, got.trace_id}) {
      CHECK(text.size() <= 203);
      CHECK(std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; }));
    }
  }
}

TEST_CASE("each status that is no page has its code, and the code its advice") {
  struct row {
    int status;
    errc code;
  };
  for (row const& want :
       {row{400, errc::bad_request}, row{422, errc::bad_request},  row{401, errc::auth},
        row{403, errc::forbidden},   row{404, errc::not_found},    row{410, errc::not_found},
        row{408, errc::timeout},     row{425, errc::rate_limited}, row{429, errc::rate_limited},
        row{500, errc::server},      row{503, errc::server},       row{599, errc::server},
        row{301, errc::redirect},    row{304, errc::redirect},     row{308, errc::redirect},
        row{201, errc::http},        row{204, errc::http},         row{206, errc::http},
        row{405, errc::http},        row{418, errc::http},         row{100, errc::http}}) {
    CAPTURE(want.status);
    auto const code = simruns::errc_of_status(want.status);
    CHECK(code == want.code);
    CHECK_FALSE(simruns::advice_for(code).empty());
  }
}
