#include "simruns/text/base64.hpp"

#include "support/catch.hpp"
#include "support/random.hpp"

#include <string>
#include <string_view>
#include <utility>

using simruns::detail::base64_encode;
using simruns::detail::base64url_decode;
using simruns::detail::base64url_encode;

TEST_CASE("the vectors of RFC 4648 hold") {
  for (auto const& [bytes, text] : {std::pair<std::string_view, std::string_view>{"", ""},
                                    {"f", "Zg=="},
                                    {"fo", "Zm8="},
                                    {"foo", "Zm9v"},
                                    {"foob", "Zm9vYg=="},
                                    {"fooba", "Zm9vYmE="},
                                    {"foobar", "Zm9vYmFy"},
                                    {"\xfb\xff\xbf", "+/+/"}}) {
    CHECK(base64_encode(bytes) == text);
  }
  CHECK(base64url_encode("f") == "Zg");
  CHECK(base64url_encode("\xfb\xff\xbf") == "-_-_");
}

TEST_CASE("bytes come back from base64url, and needed no escape in a URL") {
  test::random_source random(4);
  for (int i = 0; i < 2'000; ++i) {
    auto const bytes = random.bytes(40);
    auto const text = base64url_encode(bytes);
    REQUIRE(text.find_first_of("+/=") == text.npos);
    REQUIRE(base64url_decode(text) == bytes);
  }
}

TEST_CASE("what base64url cannot give is refused") {
  // A single digit, bits that are left over, padding, the other alphabet.
  for (std::string_view const text : {"Z", "Zh", "Zm9", "Zg==", "+/+/", "Zg ", "\xc3\xb6"}) {
    CAPTURE(text);
    CHECK_FALSE(base64url_decode(text).has_value());
  }
}
