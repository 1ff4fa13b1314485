#include "simruns/request/credentials.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <string>
#include <string_view>

using simruns::credentials;
using simruns::errc;

namespace {

std::string secret_refusal(std::string const& secret, bool bearer) {
  try {
    bearer ? credentials::bearer(secret) : credentials::api_key(secret);
  } catch (simruns::request_error const& error) {
    CHECK(error.code() == errc::invalid_argument);
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("an API key goes into X-API-Key, a token into Authorization") {
  auto const key = credentials::api_key("k3y");
  CHECK(key.which() == credentials::kind::api_key);
  CHECK(key.header_name() == "X-API-Key");
  CHECK(key.header_value() == "k3y");
  auto const token = credentials::bearer("t0ken");
  CHECK(token.which() == credentials::kind::bearer);
  CHECK(token.header_name() == "Authorization");
  CHECK(token.header_value() == "Bearer t0ken");
}

TEST_CASE("an empty secret is refused") {
  CHECK_FALSE(secret_refusal("", false).empty());
  CHECK_FALSE(secret_refusal("", true).empty());
}

TEST_CASE("a secret is of visible ASCII alone, wherever the other byte stands") {
  for (int c = 0; c < 256; ++c) {
    bool const visible = c >= 0x21 && c <= 0x7e;
    CAPTURE(c);
    for (auto const* around : {"", "hunter2"}) {
      auto const secret = std::string(around) + static_cast<char>(c) + around;
      CHECK(secret_refusal(secret, false).empty() == visible);
      CHECK(secret_refusal(secret, true).empty() == visible);
    }
  }
}

TEST_CASE("a refusal of a secret never repeats any of it") {
  for (std::string const secret : {"hunter2\n", " hunter2", "hunter2 hunter2", "hunter2\xc3\xbc"}) {
    for (bool bearer : {false, true}) {
      auto const said = secret_refusal(secret, bearer);
      CHECK_FALSE(said.empty());
      CHECK(said.find("hunter2") == said.npos);
    }
  }
}

TEST_CASE("redact strikes out every appearance of the secret, and nothing else") {
  auto const key = credentials::api_key("hunter2");
  CHECK(key.redact("") == "");
  CHECK(key.redact("nothing here, hunter 2, hunter") == "nothing here, hunter 2, hunter");
  CHECK(key.redact("hunter2") == "***");
  CHECK(key.redact("the key hunter2 is bad: hunter2") == "the key *** is bad: ***");
  CHECK(key.redact("Hunter2 HUNTER2") == "*** ***");
  CHECK(credentials::bearer("t").redact("Bearer t") == "Bearer ***");
}

TEST_CASE("a short secret is struck out only where it is no part of a word") {
  auto const key = credentials::api_key("demo");
  CHECK(key.redact("demo") == "***");
  CHECK(key.redact("project demo-project of 'demo'") == "project ***-project of '***'");
  for (std::string_view word : {"demos", "demo1", "mydemo", "0demo", "Xdemo demoX", "demodemo"}) {
    CHECK(key.redact(word) == word);
  }
  CHECK(key.redact("demos demo") == "demos ***");
}

TEST_CASE("a long secret is struck out wherever it stands") {
  auto const key = credentials::api_key("hunter22");
  CHECK(key.redact("xhunter22hunter22y") == "x******y");
}

TEST_CASE("a secret is struck out as it stands in JSON, however a server escapes it there") {
  auto const token = credentials::bearer("ab/c+d==");
  CHECK(token.redact(R"({"token":"ab\/c+d=="})") == R"({"token":"***"})");
  CHECK(token.redact(R"(ab\u002fc\u002Bd\u003d=, ab/c+d==)") == "***, ***");
  CHECK(token.redact(R"(\u0061b/c+d==)") == "***");
  for (std::string const other :
       {R"(ab\/c+d=)", R"(ab\u002fc+d=\u003)", R"(ab\u002gc+d==)", R"(ab\u012fc+d==)", R"(\)"}) {
    CHECK(token.redact(other) == other);
  }
  auto const odd = credentials::api_key(R"(a"b\c)");
  CHECK(odd.redact(R"(a"b\c and "a\"b\\c" and a\u0022b\u005cc)") == R"(*** and "***" and ***)");
  CHECK(credentials::api_key(R"(\)").redact(R"(a \ b)") == "a *** b");
}

TEST_CASE("redact ends where the secret is made of asterisks") {
  CHECK(credentials::api_key("*").redact("a * b **") == "a *** b ******");
  CHECK(credentials::api_key("***").redact("****") == "***");
  CHECK(credentials::api_key("**").redact("a **") == "a ***");
}

TEST_CASE("redact takes time in proportion to the text") {
  auto const started = std::chrono::steady_clock::now();
  auto const out = credentials::api_key("ab").redact(std::string(2'000'000, 'a') + " ab");
  CHECK(out.size() == 2'000'004);
  std::string repeated;
  for (int i = 0; i < 500'000; ++i) repeated += "ab";
  CHECK(credentials::api_key("ab").redact(repeated) == repeated);
  CHECK(credentials::api_key("abababab").redact(repeated) == "***");
  CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(5));
}

TEST_CASE("a secret is struck out in the form that it has in an address, too") {
  auto const key = credentials::api_key("k+/=&secret");
  CHECK(key.redact("https://h/login?key=k%2B%2F%3D%26secret&x=1") == "https://h/login?key=***&x=1");
  CHECK(key.redact("k+/=&secret and k%2B%2F%3D%26secret") == "*** and ***");
}
