#include "simruns/page/parse_page.hpp"
#include "simruns/testing/sample_pages.hpp"
#include "support/catch.hpp"
#include "support/pages.hpp"
#include "support/random_json.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

using simruns::errc;
using simruns::parse_limits;
using simruns::testing::page_of;
using simruns::testing::sample_run;
using test::page_around;
using test::refused;

namespace {

/// Reads every byte that a page points at, so that a sanitizer sees one that is not the page's.
class reader {
 public:
  std::size_t sum = 0;

  void read(simruns::page const& got) {
    for (auto const& run : got) read(run);
    read(got.pagination().next);
    read(got.pagination().previous);
    read(got.pagination().extra);
    read(got.extra());
    read(got.issues());
  }

 private:
  void read(std::string_view text) {
    for (char c : text) sum += static_cast<unsigned char>(c);
  }
  void read(simruns::maybe<std::string_view> const& text) {
    if (text) read(*text);
  }
  template <class Enum>
  void read(simruns::maybe<simruns::open_enum<Enum>> const& word) {
    if (word) read(word->text);
  }
  void read(std::span<simruns::extra_member const> members) {
    for (auto const& member : members) {
      read(member.key);
      read(member.json);
    }
  }
  void read(std::span<simruns::issue const> issues) {
    for (auto const& issue : issues) {
      read(issue.path);
      read(issue.message);
    }
  }
  void read(simruns::metrics const& m) {
    read(m.sentiment);
    read(m.summary);
    read(m.status);
    read(m.extra);
    if (m.results) {
      for (auto const text : *m.results) read(text);
    }
    if (m.success_rate) read(m.success_rate->extra);
    if (m.error_info) {
      read(m.error_info->category);
      read(m.error_info->message);
      read(m.error_info->technical_details);
      read(m.error_info->extra);
    }
  }
  void read(simruns::run const& run) {
    read(run.id);
    for (auto const& text :
         {run.organisation, run.project, run.scenario, run.batch, run.large_language_model,
          run.endpoint_type, run.created_by, run.expires_at_text}) {
      read(text);
    }
    for (auto const& turn : run.turns) {
      for (auto const& text : {turn.id, turn.text, turn.data}) read(text);
      read(turn.extra);
    }
    for (auto const& criterion : run.criteria) {
      read(criterion.type);
      read(criterion.params);
      read(criterion.extra);
    }
    read(run.metrics);
    read(run.extra);
    read(run.issues);
    read(run.json());
  }
};

/// Decodes, and reads all that came of it.
bool survives(std::string body) {
  auto const got = simruns::parse_page(std::move(body));
  if (!got) return false;
  reader all;
  all.read(*got);
  return all.sum != 0;  // used, so that no compiler leaves the reading out
}

std::string const& varied_page() {
  static std::string const body =
      R"({"data":[{"_id":"r","sequence":7.0,"turns":[{"text":"a\"\\b","data":{"x":["]"]},)"
      R"("new":1},3],"successCriteria":[{"type":"t","params":{}}],"metrics":{"success":true,)"
      R"("status":"ERR\u004fR","results":[{"a":-1.5e3},null],"successRate":{"percentage":0.5},)"
      R"("errorInfo":{"category":"NEW"}},"createdAt":1718000000,)"
      R"("expiresAt":"2024-06-10T06:13:20Z",)"
      "\"endPointType\":\"\xc3\xb6\\ud83d\\ude00\"},null],"
      R"("pagination":{"limit":2,"skip":0,"total":2,"hasNext":false,"hasPrevious":false,)"
      R"("next":null}} )";
  return body;
}

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

/// `text` so often that it comes to about eight million bytes, with commas between.
std::string many(std::string_view text) {
  auto out = repeat(std::string(text) + ",", 8'000'000 / (text.size() + 1));
  out.pop_back();
  return out;
}

/// A decode that took the square of its body's length would take hours.
class stopwatch {
 public:
  ~stopwatch() { CHECK(std::chrono::steady_clock::now() - started_ < std::chrono::seconds(20)); }

 private:
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace

TEST_CASE("a page cut at any byte is a decode error that says where") {
  for (auto const& body : {page_of({"a", "b"}), varied_page()}) {
    auto const end = body.find_last_of('}');
    for (std::size_t cut = 0; cut <= end; ++cut) {
      CAPTURE(cut);
      auto const error = refused(body.substr(0, cut));
      CHECK(error.code == errc::decode);
      CHECK(error.offset <= cut);
    }
  }
}

TEST_CASE("a page with any byte changed is a page or a decode error, never a crash") {
  std::string_view const bytes("\"\\{}[],: \n0-9.eEntfux/\0\x1f\x7f\x80\xc3\xed\xff", 30);
  std::size_t pages = 0;
  for (std::size_t at = 0; at < varied_page().size(); ++at) {
    for (char c : bytes) {
      auto body = varied_page();
      body[at] = c;
      pages += survives(std::move(body));
    }
  }
  CHECK(pages > 1000);
}

TEST_CASE("a page with any byte taken out or put in twice never crashes") {
  for (std::size_t at = 0; at < varied_page().size(); ++at) {
    auto shorter = varied_page();
    survives(shorter.erase(at, 1));
    auto longer = varied_page();
    survives(longer.insert(at, 1, longer[at]));
  }
}

TEST_CASE("random pages with random changes never crash") {
  test::random_json random(8);
  for (int i = 0; i < 3000; ++i) {
    auto body = page_around(random.value(5) + "," + random.value(5));
    if (random.random.one_in(3)) body = varied_page();
    for (auto changes = random.random.below(4); changes > 0; --changes) {
      auto const at = random.random.below(body.size());
      auto const length = random.random.below(12);
      body.replace(at, length, random.random.one_in(2) ? random.value(2) : random.random.bytes(3));
    }
    survives(std::move(body));
  }
}

TEST_CASE("random bytes are no page") {
  test::random_source random(9);
  for (int i = 0; i < 5000; ++i) {
    CHECK_FALSE(survives(random.bytes(60)));
    survives("{\"data\":[" + random.text("{}[]\",:0e-.\\ untrfalsd", 60));
  }
}

TEST_CASE("nesting deeper than the limit is too large, and the limit itself is not") {
  parse_limits limits;
  limits.max_depth = 20;
  // The body, `data`, the run: three levels are taken.
  auto const nested = [](std::size_t levels) {
    return page_around(R"({"id":"a","x":)" + repeat("[", levels) + repeat("]", levels) + "}");
  };
  CHECK(simruns::parse_page(nested(17), limits).has_value());
  auto const error = refused(nested(18), limits);
  CHECK(error.code == errc::too_large);
  CHECK_THAT(error.message, Catch::Matchers::ContainsSubstring("20"));
  CHECK(simruns::parse_page(nested(509)).has_value());
  CHECK(refused(nested(510)).code == errc::too_large);
  CHECK(refused(nested(1'000'000)).code == errc::too_large);
  limits.max_depth = static_cast<std::size_t>(-1);
  CHECK(simruns::parse_page(nested(509), limits).has_value());
  CHECK(refused(nested(1'000'000), limits).code == errc::too_large);
  CHECK(refused(repeat("[", 1'000'000)).code == errc::decode);
  CHECK(refused(repeat(R"({"data":)", 1'000'000)).code == errc::too_large);
}

TEST_CASE("more runs than the limit are too large, objects or not") {
  parse_limits limits;
  limits.max_runs = 3;
  for (std::string const& run : {sample_run("a"), std::string("{}"), std::string("[]"),
                                 std::string("null"), std::string("7"), std::string("\"x\"")}) {
    CAPTURE(run);
    CHECK(simruns::parse_page(page_around(run + "," + run + "," + run), limits).has_value());
    auto const error = refused(page_around(repeat(run + ",", 3) + run), limits);
    CHECK(error.code == errc::too_large);
    CHECK_THAT(error.message, Catch::Matchers::ContainsSubstring("3 runs"));
  }
  limits.max_runs = 0;
  CHECK(simruns::parse_page(page_around(""), limits).has_value());
  CHECK(refused(page_around("{}"), limits).code == errc::too_large);
}

TEST_CASE("memory beside the body is limited, whatever takes it") {
  parse_limits limits;
  limits.max_arena_bytes = 1 << 20;
  for (std::string const& run : {
           R"({"turns":[)" + many("{}") + "]}",
           R"({"turns":[)" + many("1") + "]}",
           R"({"turns":[)" + many("[]") + "]}",
           R"({"successCriteria":[)" + many("0") + "]}",
           R"({"metrics":{"results":[)" + many("{}") + "]}}",
           R"({"metrics":{"results":[)" + many("0") + "]}}",
           "{" + many(R"("":0)") + "}",
           "{" + many(R"("":[])") + "}",
           R"({"turns":[{)" + many(R"("x":"")") + "}]}",
           many(R"({"turns":[{},{},{},{},{},{},{},{}]})").substr(0, 60'000 * 37 - 1),
       }) {
    CAPTURE(run.substr(0, 40));
    auto limits_of_runs = limits;
    limits_of_runs.max_runs = 1'000'000;
    auto const error = refused(page_around(run), limits_of_runs);
    CHECK(error.code == errc::too_large);
    CHECK_THAT(error.message, Catch::Matchers::ContainsSubstring("1048576"));
  }
}

TEST_CASE("issues are kept up to the limit, and counted beyond it") {
  parse_limits limits;
  limits.max_issues = 5;
  auto const body = page_around(R"({"id":"a","turns":[)" + repeat("1,", 99) + "1]}");
  auto const got = test::parsed(body, limits);
  CHECK(got.issues().size() == 5);
  CHECK(got.issues()[4].path == "/data/0/turns/4");
  // The turns, and twelve members that a run has to have.
  auto const all = test::parsed(body);
  CHECK(all.issues_dropped() == 0);
  CHECK(got.issues().size() + got.issues_dropped() == all.issues().size());
  CHECK(got[0].issues.size() == 5);
  limits.max_issues = 0;
  auto const none = test::parsed(body, limits);
  CHECK(none.issues().empty());
  CHECK(none.issues_dropped() == all.issues().size());
}

TEST_CASE("a million of anything is decoded in time that its length allows") {
  parse_limits limits;
  limits.max_arena_bytes = std::size_t{2} << 30;
  limits.max_runs = 10'000'000;
  for (std::string const& run : {
           R"({"id":")" + repeat(R"(\\)", 4'000'000) + "\"}",
           R"({"id":")" + repeat(R"(\")", 4'000'000) + "\"}",
           R"({"id":")" + repeat(R"(\\\")", 2'000'000) + "\"}",
           R"({"x":{"y":")" + repeat(R"(\\\")", 2'000'000) + "\"}}",
           "{" + many(R"("\\\"":"\"\\")") + "}",
           "{" + many(R"("id":1)") + "}",
           "{" + many(R"("metrics":{"status":"X","status":"Y"})") + "}",
           "{" + many(R"("unknown":1)") + "}",
           R"({"turns":[)" + many(R"({"sequence":"x"})") + "]}",
           R"({"turns":[)" + repeat("1,", 500'000) + "1]}",
           R"({"x":[)" + many("[]") + "]}",
           R"({"x":)" + std::string(8'000'000, '9') + "}",
           R"({"sequence":)" + std::string(8'000'000, '9') + "}",
           R"({"sequence":0.)" + std::string(8'000'000, '0') + "1}",
           R"({"metrics":{"successRate":{"percentage":0.)" + std::string(8'000'000, '7') + "}}}",
           "{" + std::string(8'000'000, ' ') + "}",
       }) {
    CAPTURE(run.substr(0, 40));
    stopwatch const watch;
    auto const got = simruns::parse_page(page_around(run), limits);
    CHECK(got.has_value());
  }
  stopwatch const watch;
  CHECK(test::parsed("{" + many(R"("data":[{}])") + R"(,"pagination":{}})").size() == 1);
  CHECK(refused(std::string(8'000'000, '[')).code == errc::decode);
}

TEST_CASE("a number too long for the parser is an error or an issue, never a wrong value") {
  for (std::string const number :
       {"1e2147483648", "-1e99999999999999999999", "1e-99999999999999999999", "0.1e-2147483649"}) {
    CAPTURE(number);
    auto const got =
        simruns::parse_page(page_around(test::replace_member(sample_run("a"), "sequence", number)));
    if (!got) {
      CHECK(got.error().code == errc::decode);
      continue;
    }
    CHECK_FALSE((*got)[0].sequence.has_value());
    CHECK((*got)[0].issues.size() == 1);
  }
}
