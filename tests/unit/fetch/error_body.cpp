#include "simruns/fetch/error_body.hpp"

#include "simruns/fetch/failure_of.hpp"
#include "support/catch.hpp"
#include "support/random_json.hpp"

#include <algorithm>
#include <string>
#include <string_view>

using simruns::errc;
using simruns::detail::parse_error_body;

TEST_CASE("the contract's error body is read") {
  auto const body = parse_error_body(
      R"({"error":"limit is too large","field":"limit","code":"E42","traceId":"7f3a"})");
  CHECK(body.message == "limit is too large");
  CHECK(body.field == "limit");
  CHECK(body.code == "E42");
  CHECK(body.trace_id == "7f3a");
}

TEST_CASE("a body of RFC 9457 is read, its detail before its title") {
  auto const body = parse_error_body(
      R"({"type":"about:blank","title":"Bad Request","status":400,"detail":"no such sort"})");
  CHECK(body.message == "no such sort");
  CHECK(parse_error_body(R"({"title":"Bad Request"})").message == "Bad Request");
  CHECK(parse_error_body(R"({"message":"m","trace_id":"t"})").trace_id == "t");
}

TEST_CASE("a member of an odd type is passed over") {
  auto const body =
      parse_error_body(R"({"error":true,"detail":null,"title":"outer","code":42,"field":[]})");
  CHECK(body.message == "outer");
  CHECK(body.code == "42");
  CHECK(body.field.empty());
  CHECK(parse_error_body(R"({"error":403,"message":"no access"})").message == "no access");
}

TEST_CASE("an error that is an object or a list says its words") {
  struct row {
    char const* body;
    char const* message;
  };
  for (row const& one : {
           row{R"({"error":{"message":"no access"}})", "no access"},
           row{R"({"error":{"code":"E1","description":"no access"}})", "no access"},
           row{R"({"error":{"error":{"message":"no access"}}})", "no access"},
           row{R"({"error":{"errors":[{"message":"no access"}]}})", "no access"},
           row{R"({"error":{},"message":"no access"})", "no access"},
           row{R"({"errors":[{"message":"no access"},{"detail":"nor here"}]})",
               "no access; nor here"},
           row{R"({"errors":["no access","nor here"]})", "no access; nor here"},
           row{R"({"fault":{"faultstring":"no access","detail":{"errorcode":"x"}}})", "no access"},
           row{R"({"detail":[{"loc":["query","limit"],"msg":"no access"}]})", "no access"},
           row{R"({"message":["no access","nor here"],"error":"Bad Request","statusCode":400})",
               "Bad Request: no access; nor here"},
           row{R"({"status":500,"error":"Internal Server Error","message":"no access"})",
               "Internal Server Error: no access"},
           row{R"({"error":"no access","message":"no access"})", "no access"},
           row{R"({"Message":"no access"})", "no access"},
           row{R"({"error":"invalid_token","error_description":"no access"})",
               "invalid_token: no access"},
           row{R"({"title":"Invalid","errors":{"limit":["no access"]}})", "Invalid"},
           row{R"([{"message":"no access"}])", "no access"},
           row{R"("no access")", "no access"},
           row{"\xef\xbb\xbf{\"error\":\"no access\"}", "no access"},
           row{R"({"error":{"limit":7}})", R"({"error":{"limit":7}})"},
           row{R"({"status":500})", ""},
           row{R"({})", ""},
           row{R"({"error":null})", ""},
       }) {
    INFO(one.body);
    CHECK(parse_error_body(one.body).message == one.message);
  }
}

TEST_CASE("the details of an error stand beside it or within it") {
  auto const within = parse_error_body(
      R"({"error":{"message":"m","code":"E42","field":"limit","traceId":"7f3a"}})");
  CHECK(within.code == "E42");
  CHECK(within.field == "limit");
  CHECK(within.trace_id == "7f3a");
  auto const mixed =
      parse_error_body(R"({"errors":[{"message":"m","code":7}],"trace_id":"outer"})");
  CHECK(mixed.code == "7");
  CHECK(mixed.trace_id == "outer");
}

TEST_CASE("a web page is not quoted, but named") {
  auto const body = parse_error_body("\n <!doctype html><html><title>502</title></html>");
  CHECK_THAT(body.message, Catch::Matchers::ContainsSubstring("web page"));
  CHECK(body.message.find("doctype") == body.message.npos);
  CHECK(parse_error_body("\xef\xbb\xbf<html>").message == body.message);
}

TEST_CASE("any other body is the message") {
  CHECK(parse_error_body("").message.empty());
  CHECK(parse_error_body("upstream\n down").message == "upstream\n down");
}

TEST_CASE("no body makes the reader of error bodies fail") {
  test::random_json random(11);
  for (int i = 0; i < 3000; ++i) {
    auto body = R"({"error":)" + random.value(6) + R"(,"traceId":)" + random.value(2) + "}";
    if (random.random.one_in(2)) body = random.random.bytes(100);
    if (random.random.one_in(9)) body = std::string(random.random.below(1000), '[');
    auto const read = parse_error_body(body);
    for (auto const& text : {read.message, read.field, read.code, read.trace_id}) {
      CHECK(text.size() <= std::max<std::size_t>(body.size(), 80));
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
    auto const code = simruns::detail::errc_of_status(want.status);
    CHECK(code == want.code);
    CHECK_FALSE(simruns::detail::advice_for(code).empty());
  }
}
