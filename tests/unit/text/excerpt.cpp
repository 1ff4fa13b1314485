#include "simruns/text/excerpt.hpp"

#include "support/catch.hpp"
#include "support/random.hpp"

#include <chrono>
#include <string>
#include <string_view>

using simruns::detail::excerpt;
using simruns::detail::seconds_text;

TEST_CASE("an excerpt keeps what people read") {
  CHECK(excerpt("", 10).empty());
  CHECK(excerpt("as it is", 10) == "as it is");
  CHECK(excerpt("Müller, 東京 😀", 100) == "Müller, 東京 😀");
  CHECK(excerpt(" a\t\r\n  b ", 100) == " a b ");
}

TEST_CASE("an excerpt holds nothing that a terminal or a log obeys") {
  CHECK(excerpt(std::string_view("a\0b\x1b[0m\x7f", 8), 100) == "a?b?[0m?");
  CHECK(excerpt("a\xc2\x85"
                "b\xc2\x9b"
                "c\xc2\xa0",
                100) == "a?b?c\xc2\xa0");
  CHECK(excerpt("a\xe2\x80\xa8"
                "b\xe2\x80\xae"
                "c\xe2\x81\xa6"
                "d\xe2\x80\x8f",
                100) == "a?b?c?d?");
  CHECK(excerpt("a\xe2\x80\xa7"
                "b\xe2\x80\xaf",
                100) ==
        "a\xe2\x80\xa7"
        "b\xe2\x80\xaf");
}

TEST_CASE("a byte that is not UTF-8 is one question mark") {
  CHECK(excerpt("a\xff\xfe", 100) == "a??");
  CHECK(excerpt("a\xe2\x82", 100) == "a??");
  CHECK(excerpt("\xed\xa0\x80", 100) == "???");
}

TEST_CASE("an excerpt is cut between characters, and says so") {
  CHECK(excerpt("12345", 5) == "12345");
  CHECK(excerpt("123456", 5) == "12345...");
  CHECK(excerpt("1234\xc3\xb6", 5) == "1234...");
  CHECK(excerpt("123\xc3\xb6", 5) == "123\xc3\xb6");
  CHECK(excerpt("12345\n", 5) == "12345...");
}

TEST_CASE("an excerpt of an excerpt changes nothing, whatever the bytes") {
  test::random_source random(3);
  for (int i = 0; i < 5'000; ++i) {
    auto const once = excerpt(random.bytes(60), 200);
    REQUIRE(excerpt(once, 200) == once);
  }
}

TEST_CASE("seconds are written without zeros at their end") {
  using std::chrono::milliseconds;
  CHECK(seconds_text(milliseconds(0)) == "0 s");
  CHECK(seconds_text(milliseconds(300)) == "0.3 s");
  CHECK(seconds_text(milliseconds(12'000)) == "12 s");
  CHECK(seconds_text(milliseconds(1'005)) == "1.005 s");
  CHECK(seconds_text(milliseconds(60'050)) == "60.05 s");
}
