#include "simruns/json/broken_json.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <string>
#include <string_view>

using simruns::detail::broken_json;

namespace {

struct found {
  bool passed = false;
  std::string text;
  std::string wrong;
  std::string id;
};

found scan(std::string const& text, std::size_t from = 0) {
  broken_json in(text, from);
  found out;
  out.passed = in.pass();
  out.text = text.substr(from, static_cast<std::size_t>(in.at() - text.data()) - from);
  out.wrong = in.wrong();
  out.id = in.id();
  return out;
}

}  // namespace

TEST_CASE("where only words, numbers, escapes and bytes are wrong, the end of a value is certain") {
  struct {
    std::string value;
    std::string wrong;
  } const cases[] = {
      {"NaN", "NaN"},
      {"-Infinity", "-Infinity"},
      {"Infinity", "Infinity"},
      {"nan", "nan"},
      {"None", "None"},
      {"True", "True"},
      {"nul", "nul"},
      {"nullx", "nullx"},
      {"undefined", "undefined"},
      {"01", "01"},
      {"-", "-"},
      {"+1", "+1"},
      {"1.", "1."},
      {".5", ".5"},
      {"1e", "1e"},
      {"1e+", "1e+"},
      {"0x1F", "0x1F"},
      {"1_000", "1_000"},
      {"1.5.2", "1.5.2"},
      {R"("\x41")", R"(\x)"},
      {R"("\u12G4")", R"(\u12G)"},
      {R"("\u12")", R"(\u12)"},
      {R"("a\'b")", R"(\')"},
      {"\"a\nb\"", "\n"},
      {std::string("\"a\0b\"", 5), std::string("\0", 1)},
      {"\"\xff\"", "\xff"},
      {"\"\xc3\"", "\xc3"},
      {"\"\\\xc3\xa9\"", "\\\xc3"},
      {"\"\xed\xa0\x80\"", "\xed"},
  };
  for (auto const& [value, wrong] : cases) {
    INFO(value);
    for (auto const* frame : {"@", "[@]", "[1,@,2]", R"({"a":@})", R"({"a":{"b":[@]},"c":1})",
                              "[ @ , 2 ]", R"({"x":"}","a":@,"y":"{"})"}) {
      std::string text = frame;
      text.replace(text.find('@'), 1, value);
      auto const got = scan(text + ",{\"next\":1}");
      CHECK(got.passed);
      CHECK(got.text == text);
      CHECK(got.wrong == wrong);
    }
  }
}

TEST_CASE("sound JSON passes, and nothing is wrong with it") {
  for (auto const* text : {R"({"a":[1,-2.5e3,true,false,null,"x\n\u00e9"],"b":{}})", "[]", "{}",
                           "7", "\"\"", R"([[],{},[{"a":[]}]])", "\"\xc3\xa9\""}) {
    auto const got = scan(text);
    CHECK(got.passed);
    CHECK(got.text == text);
    CHECK(got.wrong.empty());
  }
}

TEST_CASE("where quotes, brackets, colons or commas are wrong, nothing is certain") {
  for (auto const* text : {R"({"a":"he said "hi" to me"})",
                           R"({"a":"b})",
                           R"({"a":1)",
                           "[1,2",
                           R"({"a" 1})",
                           R"({"a":1 "b":2})",
                           R"({"a":1,})",
                           "[1,]",
                           "[,1]",
                           R"({"a":})",
                           "{1:2}",
                           "{a:1}",
                           R"({'a':'b'})",
                           "[1}",
                           R"({"a":1])",
                           "",
                           R"(")",
                           R"("\)",
                           R"({"a":"C:\"})",
                           "[1 // one\n]",
                           "[\xff]",
                           "[#]",
                           R"({"a":b c})"}) {
    INFO(text);
    CHECK_FALSE(scan(text).passed);
  }
}

TEST_CASE("any depth passes, up to one that no run has") {
  std::size_t const deep = 100'000;
  auto const text = std::string(deep, '[') + std::string(deep, ']');
  CHECK(scan(text + ",").text == text);
  CHECK_FALSE(scan(std::string(2'000'000, '[')).passed);
}

TEST_CASE("a broken object tells its id, wherever that stands") {
  CHECK(scan(R"({"a":NaN,"id":"x"})").id == "x");
  CHECK(scan(R"({"id":"x","a":NaN})").id == "x");
  CHECK(scan(R"({"_id":"y","a":NaN})").id == "y");
  CHECK(scan(R"({"id":"x","_id":"y"})").id == "x");
  CHECK(scan(R"({"_id":"y","id":"x"})").id == "x");
  CHECK(scan(R"({"a":{"id":"inner"},"b":[{"id":"z"}]})").id.empty());
  CHECK(scan(R"({"id":7,"a":NaN})").id.empty());
  CHECK(scan(R"(["id","x"])").id.empty());
  CHECK(scan(R"({"id":"x","a":"b" "c"})").id == "x");
}
