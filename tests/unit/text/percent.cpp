#include "simruns/text/percent.hpp"

#include "simruns/text/hex.hpp"
#include "support/catch.hpp"
#include "support/random.hpp"

#include <string>
#include <string_view>

using simruns::detail::hex_digits;
using simruns::detail::hex_value;
using simruns::detail::percent_decode;
using simruns::detail::percent_encode;
using simruns::detail::upper_hex_digits;

TEST_CASE("only unreserved characters stay as they are") {
  CHECK(percent_encode("aZ09-._~") == "aZ09-._~");
  CHECK(percent_encode("a b/c%\xc3\xb6") == "a%20b%2Fc%25%C3%B6");
}

TEST_CASE("every text comes back from its escapes, in either case of their digits") {
  test::random_source random(7);
  for (int i = 0; i < 2'000; ++i) {
    auto const text = random.bytes(30);
    REQUIRE(percent_decode(percent_encode(text)) == text);
  }
  CHECK(percent_decode("%c3%B6") == "\xc3\xb6");
}

TEST_CASE("a percent sign without two digits behind it is refused") {
  for (std::string_view const text : {"%", "%4", "a%4", "%zz", "%4g", "%-1"}) {
    CAPTURE(text);
    CHECK_FALSE(percent_decode(text).has_value());
  }
}

TEST_CASE("a hexadecimal digit has its value in either case, and no other character has one") {
  for (int byte = 0; byte < 256; ++byte) {
    char const c = static_cast<char>(byte);
    auto const value = hex_value(c);
    auto const lower = hex_digits.find(c);
    auto const upper = upper_hex_digits.find(c);
    auto const want = lower != hex_digits.npos ? lower : upper;
    CHECK(value == (want == hex_digits.npos ? -1 : static_cast<int>(want)));
  }
}
