#include "simruns/page/parse_page.hpp"
#include "simruns/testing/sample_pages.hpp"
#include "support/catch.hpp"
#include "support/pages.hpp"

#include <string>
#include <string_view>
#include <vector>

using simruns::testing::sample_run;
using test::page_around;
using test::parsed;

namespace {

/// `json` with white space around each of its tokens.
std::string spread(std::string_view json, std::string_view space) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    bool const mark = !quoted && std::string_view("{}[],:").find(json[i]) != json.npos;
    if (mark) out += space;
    out += json[i];
    if (mark) out += space;
    if (quoted && json[i] == '\\') {
      out += json[++i];
    } else if (json[i] == '"') {
      quoted = !quoted;
    }
  }
  return out;
}

/// Runs whose text is a trap for whoever looks for their ends.
std::vector<std::string> const& tricky_runs() {
  static std::vector<std::string> const all{
      sample_run("plain"),
      "{}",
      R"({"id":""})",
      R"({"id":"ends in a backslash \\"})",
      R"({"id":"\\"})",
      R"({"id":"\\\\\\\\"})",
      R"({"id":"\""})",
      R"({"id":"\"\"\"\\\""})",
      R"({"id":"\\\"}],{["})",
      R"({"\u0069d":"escaped key"})",
      R"({"\u0069\u0064":"\u0065\u0073c"})",
      R"({"id":"a","k\\":1,"\"":2,"}":{"]":"["}})",
      R"({"id":"\ud83d\ude00\u00e9\u20ac"})",
      "{\"id\":\"\xf0\x9f\x98\x80\xc3\xa9\xe2\x82\xac\"}",
      R"({"id":"a","turns":[],"successCriteria":[],"metrics":{}})",
      R"({"id":"a","turns":[{"data":{"a":"]}","b":[{"c":"\\\""}]}},{"text":"\\"}]})",
      R"({"id":"a","metrics":{"results":[{"x":"}"},{"y":["]"]},{}],"new":[[],[[]]]}})",
      R"({"id":"a","successCriteria":[{"type":"\\","params":{"\\":"\\"}}]})",
      R"({"id":"a","x":-0.5e-3,"y":null,"z":true,"w":false,"v":"","u":[],"t":{}})",
      R"({"id":7,"turns":"[","metrics":[{"}":"{"}],"sequence":{"a":[]}})",
      R"({"id":"a","createdAt":1718000000000.0,"duration":1e3,"expiresAt":"1718"})",
      "[]",
      "[[],{}]",
      "null",
      "true",
      "false",
      "0",
      "-1.5e+3",
      R"("")",
      R"("\\")",
      R"("]}")",
  };
  return all;
}

std::string joined(std::vector<std::string> const& items, std::string_view between) {
  std::string out;
  for (auto const& item : items) {
    if (!out.empty()) out += between;
    out += item;
  }
  return out;
}

}  // namespace

TEST_CASE("a run's JSON is its own text, byte for byte, wherever white space stands") {
  for (std::string_view space : {"", " ", "\n  ", "\t\r\n "}) {
    auto runs = tricky_runs();
    for (auto& run : runs) run = spread(run, space);
    for (auto& run : runs) {
      if (run.starts_with(space)) run.erase(0, space.size());
      if (run.ends_with(space)) run.resize(run.size() - space.size());
    }
    auto const between = std::string(space) + "," + std::string(space);
    auto const body = std::string(space) + "{" + R"("data")" + std::string(space) + ":" +
                      std::string(space) + "[" + std::string(space) + joined(runs, between) +
                      std::string(space) + "]" + std::string(space) + "," + std::string(space) +
                      R"("pagination":null)" + std::string(space) + "}" + std::string(space);
    auto const got = parsed(body);
    REQUIRE(got.size() == runs.size());
    for (std::size_t i = 0; i < runs.size(); ++i) {
      CHECK(got[i].json() == runs[i]);
      CHECK(got[i].json().data() > got.body().data());
    }
  }
}

TEST_CASE("a trap in one run harms neither the run before it nor the run behind it") {
  for (auto const& run : tricky_runs()) {
    auto const got =
        parsed(page_around(sample_run("before") + "," + run + "," + sample_run("behind")));
    CAPTURE(run);
    REQUIRE(got.size() == 3);
    CHECK(got[0].json() == sample_run("before"));
    CHECK(got[1].json() == run);
    CHECK(got[2].json() == sample_run("behind"));
    CHECK(got[0].issues.empty());
    CHECK(got[2].issues.empty());
  }
}

TEST_CASE("a byte order mark before the body is passed over, and nowhere else") {
  std::string const mark = "\xef\xbb\xbf";
  auto const body = page_around(sample_run("a"));
  for (std::string const space : {"", " ", "\r\n"}) {
    auto const got = parsed(mark + space + body);
    REQUIRE(got.size() == 1);
    CHECK(got[0].json() == sample_run("a"));
    CHECK(got[0].issues.empty());
  }
  for (auto const& wrong : {mark + mark + body, " " + mark + body, body + mark,
                            page_around(mark + sample_run("a")), mark, mark.substr(0, 2) + body}) {
    CHECK(test::refused(wrong).code == simruns::errc::decode);
  }
  auto const cut = test::refused(mark + body.substr(0, body.size() - 1));
  CHECK(cut.offset == mark.size() + body.size() - 1);
  CHECK_FALSE(cut.whole_json);
  CHECK(test::refused(mark + "{}").whole_json);
}

TEST_CASE("a body that is refused is given back") {
  CHECK(test::refused("no page").body == "no page");
  CHECK(test::refused("{}").body == "{}");
}

TEST_CASE("keys may be escaped, and mean the same") {
  auto const got =
      parsed(R"({"\u0064ata":[{"\u0069d":"a","tur\u006es":[{"t\u0065xt":"hi"}],"metri\u0063s":)"
             R"({"\u0073uccess":true}}],"p\u0061gination":{"to\u0074al":7}})");
  REQUIRE(got.size() == 1);
  CHECK(got[0].id == "a");
  REQUIRE(got[0].turns.size() == 1);
  CHECK(*got[0].turns[0].text == "hi");
  CHECK(*got[0].metrics.success);
  CHECK(*got.pagination().total == 7);
}

TEST_CASE("an escaped key that is unknown is kept without its escapes") {
  auto const got = parsed(page_around(R"({"id":"a","n\u0065w\n":"\u0041"})"));
  REQUIRE(got[0].extra.size() == 1);
  CHECK(got[0].extra[0].key == "new\n");
  CHECK(got[0].extra[0].json == R"("\u0041")");
}

TEST_CASE("escapes in texts are undone") {
  for (auto const& [literal, text] : {
           std::pair<std::string, std::string>{R"("")", ""},
           {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
           {R"("\u0000x")", std::string("\0x", 2)},
           {R"("\u00e9\u20AC\ud83d\ude00")", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
           {R"("\udbff\udfff")", "\xf4\x8f\xbf\xbf"},
           {R"("a\u0062c")", "abc"},
           {R"("\u0061")", "a"},
           {R"("abc\\")", "abc\\"},
           {R"("\\\\")", "\\\\"},
           {"\"" + std::string(100'000, 'x') + R"(\n")", std::string(100'000, 'x') + "\n"},
           {R"("\n)" + std::string(100'000, 'x') + "\"", "\n" + std::string(100'000, 'x')},
       }) {
    auto const got = parsed(page_around(R"({"id":"a","endPointType":)" + literal + "}"));
    CHECK(*got[0].endpoint_type == text);
  }
}

TEST_CASE("an escape at any distance from the start of a long text is undone") {
  for (std::size_t before = 4080; before < 4110; ++before) {
    for (std::string const escape : {R"(\n)", R"(\u20ac)", R"(\ud83d\ude00)"}) {
      auto const literal = std::string(before, 'x') + escape + std::string(before, 'y');
      auto const got = parsed(page_around(R"({"id":")" + literal + R"(","sequence":1})"));
      CHECK(got[0].id.starts_with(std::string(before, 'x')));
      CHECK(got[0].id.ends_with(std::string(before, 'y')));
      CHECK(got[0].id.size() == 2 * before + (escape.size() == 2 ? 1 : escape.size() == 6 ? 3 : 4));
      CHECK(*got[0].sequence == 1);
    }
  }
}

TEST_CASE("half of a surrogate pair costs a character, not the page, and an issue says so") {
  static constexpr std::string_view instead = "\xef\xbf\xbd";
  for (auto const& [literal, text] : {
           std::pair<std::string, std::string>{R"("cut \ud83d")", "cut " + std::string(instead)},
           {R"("\udc00")", std::string(instead)},
           {R"("\ud800\ud800")", std::string(instead) + std::string(instead)},
           {R"("\ud800x")", std::string(instead) + "x"},
           {R"("\ud83d\u0041")", std::string(instead) + "A"},
           {R"("\ud83d\n")", std::string(instead) + "\n"},
           {R"("\ud83d\ud83d\ude00")", std::string(instead) + "\xf0\x9f\x98\x80"},
       }) {
    CAPTURE(literal);
    auto const run = R"({"id":"a","endPointType":)" + literal + R"(,"x":)" + literal + "}";
    auto const got = parsed(page_around(run + R"(,{"id":"b"})"));
    REQUIRE(got.size() == 2);
    CHECK(*got[0].endpoint_type == text);
    CHECK(got[0].json() == run);
    CHECK(got[0].extra[0].json == literal);
    std::size_t said = 0;
    for (auto const& noted : got[0].issues) {
      if (noted.path == "/data/0/endPointType") said += noted.message.find("surrogate") != 0;
    }
    CHECK(said == 1);
  }
}

TEST_CASE("broken escapes and control characters are refused") {
  for (std::string const literal :
       {R"("\x41")", R"("\u004")", R"("\u00g0")", R"("\")", "\"\n\"", "\"\t\"", "\"\x1f\""}) {
    CAPTURE(literal);
    CHECK(test::refused(page_around(R"({"id":)" + literal + "}")).code == simruns::errc::decode);
  }
  CHECK(test::refused(page_around("{\"id\":\"" + std::string(1, '\0') + "\"}")).code ==
        simruns::errc::decode);
}

TEST_CASE("bytes that are not UTF-8 are refused, in texts, keys and free values") {
  for (std::string const bytes :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x80\x80", "\xe0\x9f\xbf",
        "\xe2\x82", "\xe2\x28\xa1", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80",
        "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff"}) {
    for (std::string const& run :
         {R"({"id":")" + bytes + "\"}", "{\"" + bytes + "\":1}",
          R"({"turns":[{"data":{"a":")" + bytes + "\"}}]}", R"({"id":"\n)" + bytes + "\"}"}) {
      CHECK(test::refused(page_around(run)).code == simruns::errc::decode);
    }
  }
}

TEST_CASE("free values are the text that came, white space and all") {
  auto const got =
      parsed(page_around("{\"id\":\"a\",\"turns\":[{\"data\": { \"a\" : [ 1.0 , \"}\" ] } }],"
                         "\"successCriteria\":[{\"type\":\"t\",\"params\":\n{}\n}],"
                         "\"metrics\":{\"results\" : [ { } , {\"b\":\t1E5} ]}}"));
  CHECK(*got[0].turns[0].data == "{ \"a\" : [ 1.0 , \"}\" ] }");
  CHECK(*got[0].criteria[0].params == "{}");
  CHECK((*got[0].metrics.results)[0] == "{ }");
  CHECK((*got[0].metrics.results)[1] == "{\"b\":\t1E5}");
}
