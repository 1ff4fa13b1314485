#include "simruns/json/write.hpp"

#include "simruns/json/object_members.hpp"
#include "support/catch.hpp"
#include "support/random.hpp"

#include <string>
#include <string_view>

using simruns::detail::append_json_string;
using simruns::detail::escaping;

namespace {

std::string quoted(std::string_view text, escaping how = escaping::minimal) {
  std::string out = "=";
  append_json_string(out, text, how);
  return out;
}

}  // namespace

TEST_CASE("a text is a JSON string, and only what must be escaped is") {
  CHECK(quoted("") == "=\"\"");
  CHECK(quoted("plain /") == "=\"plain /\"");
  CHECK(quoted("\"\\\n\r\t\b") == R"(="\"\\\n\r\t\u0008")");
  CHECK(quoted(std::string_view("a\0b", 3)) == R"(="a\u0000b")");
  CHECK(quoted("\x7f\xc3\xb6") == "=\"\x7f\xc3\xb6\"");
}

TEST_CASE("a JSON string may be kept to ASCII") {
  CHECK(quoted("aö東😀!", escaping::ascii) == R"(="a\u00f6\u6771\ud83d\ude00!")");
}

TEST_CASE("what was written is read as the same text") {
  static constexpr std::string_view characters[] = {"a", "\"", "\\", "\n", "\x01", "ö", "東", "😀"};
  test::random_source random(8);
  for (int i = 0; i < 2'000; ++i) {
    std::string text;
    for (auto n = random.below(40); n > 0; --n) text += characters[random.below(8)];
    for (auto const how : {escaping::minimal, escaping::ascii}) {
      std::string json;
      append_json_string(json, text, how);
      simruns::detail::text_reader reader;
      REQUIRE(reader.read(json) == text);
    }
  }
}
