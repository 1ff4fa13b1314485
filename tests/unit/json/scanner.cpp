#include "simruns/json/scanner.hpp"

#include "simruns/json/blocks.hpp"
#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using simruns::detail::digit_block;
using simruns::detail::json_fault;
using simruns::detail::json_number;
using simruns::detail::json_scanner;

namespace {

/// Whether all of `text` is one value.
bool is_json(std::string const& text, std::size_t depth = 512) {
  json_scanner scanner(text);
  std::string_view found;
  if (!scanner.value(found, depth)) return false;
  scanner.peek();
  return scanner.at_end();
}

}  // namespace

TEST_CASE("every form of JSON is a value, and is passed to its end") {
  for (std::string const text : {"0",
                                 "-0",
                                 "10",
                                 "-1.5",
                                 "1e5",
                                 "1E+5",
                                 "1e-5",
                                 "0.1e1",
                                 "1e99999",
                                 "true",
                                 "false",
                                 "null",
                                 "\"\"",
                                 "[]",
                                 "{}",
                                 "[[]]",
                                 "[1,2,3]",
                                 "[{},[]]",
                                 "{\"\":0}",
                                 "\"\\u0000\"",
                                 "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                                 " [ 1 , { \"a\" : [ ] } ] ",
                                 "{\"a\":1,\"a\":2}",
                                 "12345678901234567890123456789",
                                 "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""}) {
    CAPTURE(text);
    CHECK(is_json(text));
  }
}

TEST_CASE("nothing else is a value") {
  for (std::string const text : {"",
                                 "-",
                                 "+1",
                                 "01",
                                 "-01",
                                 "1.",
                                 ".5",
                                 "1.e5",
                                 "1e",
                                 "1e+",
                                 "0x1",
                                 "1_0",
                                 "NaN",
                                 "Infinity",
                                 "-Infinity",
                                 "True",
                                 "nul",
                                 "nulll",
                                 "tru",
                                 "'a'",
                                 "a",
                                 "[1 2]",
                                 "[1,]",
                                 "[,1]",
                                 "[,]",
                                 "[1,,2]",
                                 "[1",
                                 "]",
                                 "[}",
                                 "{]",
                                 "{1:2}",
                                 "{a:1}",
                                 "{\"a\"}",
                                 "{\"a\" \"b\"}",
                                 "{\"a\":}",
                                 "{\"a\":1,}",
                                 "{,\"a\":1}",
                                 "{\"a\":1",
                                 "{\"a\"::1}",
                                 "{\"a\":1 \"b\":2}",
                                 "\"",
                                 "\"\\\"",
                                 "\"\\x\"",
                                 "\"\\u12\"",
                                 "\"\\u12g4\"",
                                 "\"\n\"",
                                 "\"\t\"",
                                 "\f1",
                                 "1\f",
                                 "\xe2\x81\xa0"
                                 "1",
                                 "1 2",
                                 "[1]x",
                                 "// a\n1",
                                 "1/**/",
                                 "\xef\xbb\xbf"
                                 "1",
                                 "\"\xc3\"",
                                 "\"\xed\xa0\x80\"",
                                 "\xff"}) {
    CAPTURE(text);
    CHECK_FALSE(is_json(text));
  }
}

TEST_CASE("a value ends where its text is cut, wherever that is") {
  std::string const whole =
      R"({"a\"\u20ac":["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",-12345678.25e+3,{"b":null}],"c":"éé"})";
  REQUIRE(is_json(whole));
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    CAPTURE(cut);
    CHECK_FALSE(is_json(whole.substr(0, cut)));
  }
}

TEST_CASE("a special byte is seen at every index of a long text") {
  for (std::size_t before = 0; before < 70; ++before) {
    std::string const text(before, 'x');
    CAPTURE(before);
    CHECK(is_json("\"" + text + "\""));
    CHECK(is_json("\"" + text + "\\n" + text + "\""));
    CHECK(is_json("\"" + text + "\xe2\x82\xac" + text + "\""));
    for (std::string const wrong : {"\x1f", "\\q", "\x80", "\xe2\x82"}) {
      CHECK_FALSE(is_json("\"" + text + wrong + text + "\""));
    }
    CHECK_FALSE(is_json("\"" + text + std::string(1, '\0') + text + "\""));
  }
}

TEST_CASE("what is nested deeper than may be is told from what is no JSON") {
  auto const nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  CHECK(is_json(nested(512)));
  CHECK(is_json(nested(3), 3));
  std::string const deep = nested(4);
  json_scanner scanner(deep);
  std::string_view found;
  CHECK_FALSE(scanner.value(found, 3));
  CHECK(scanner.fault() == json_fault::too_deep);
  CHECK(scanner.offset() == 3);
}

TEST_CASE("a number of up to 18 digits is read with its literal, a longer one by its literal") {
  for (std::string const literal : {"0", "-0", "7", "-12", "1234567", "12345678", "123456789",
                                    "1718000000000", "999999999999999999", "-999999999999999999"}) {
    CAPTURE(literal);
    json_scanner scanner(literal);
    json_number found;
    REQUIRE(scanner.number(found));
    CHECK(found.plain);
    CHECK(found.value == std::stoll(literal));
    CHECK(found.literal == literal);
  }
  for (std::string const literal : {"1000000000000000000", "1.0", "1e2", "-0.5"}) {
    CAPTURE(literal);
    json_scanner scanner(literal);
    json_number found;
    REQUIRE(scanner.number(found));
    CHECK_FALSE(found.plain);
    CHECK(found.literal == literal);
  }
}

TEST_CASE("a block of digits ends at the first byte that is none") {
  for (unsigned byte = 0; byte < 256; ++byte) {
    for (std::size_t at = 0; at < digit_block::size; ++at) {
      std::string text = "98765432";
      text[at] = static_cast<char>(byte);
      bool const digit = byte >= '0' && byte <= '9';
      digit_block const block(text.data());
      REQUIRE(block.count() == (digit ? digit_block::size : at));
      auto const digits = text.substr(0, block.count());
      REQUIRE(block.append_to(0) == (digits.empty() ? 0 : std::stoull(digits)));
    }
  }
  CHECK(digit_block("00000042").append_to(7) == 700'000'042);
}
