#include "simruns/text/redactor.hpp"

#include "simruns/text/base64.hpp"
#include "simruns/text/percent.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

using simruns::detail::base64_encode;
using simruns::detail::base64url_encode;
using simruns::detail::excerpt;
using simruns::detail::redactor;

namespace {

using forms = std::vector<std::pair<std::string, std::string>>;

/// The text with each character written by `format`, which takes the character as a number.
std::string each_as(std::string const& text, char const* format) {
  std::string out;
  for (char const c : text) {
    char one[16];
    std::snprintf(one, sizeof one, format, static_cast<unsigned>(c));
    out += one;
  }
  return out;
}

std::string with(std::string text, std::string const& from, std::string const& to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string in_case(std::string text, bool upper) {
  for (char& c : text) {
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    if (!upper && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

/// What servers make of a text that they repeat.
forms forms_of(std::string const& secret) {
  auto const percent = simruns::detail::percent_encode(secret);
  auto const json = with(with(secret, "\\", "\\\\"), "\"", "\\\"");
  forms out{
      {"plain", secret},
      {"percent", percent},
      {"percent, / left", with(percent, "%2F", "/")},
      {"percent, each", each_as(secret, "%%%02x")},
      {"percent, twice", simruns::detail::percent_encode(percent)},
      {"JSON", json},
      {"JSON, \\/", with(json, "/", "\\/")},
      {"JSON, twice", with(with(json, "\\", "\\\\"), "\"", "\\\"")},
      {"\\u, lower", each_as(secret, "\\u%04x")},
      {"\\u, upper", each_as(secret, "\\u%04X")},
      {"\\x", each_as(secret, "\\x%02x")},
      {"HTML decimal", each_as(secret, "&#%u;")},
      {"HTML hexadecimal", each_as(secret, "&#x%x;")},
      {"HTML padded", each_as(secret, "&#%04u;")},
      {"HTML names", with(with(with(secret, "&", "&amp;"), "<", "&lt;"), "\"", "&quot;")},
      {"HTML of percent", with(percent, "%", "&#37;")},
      {"hex", each_as(secret, "%02x")},
      {"hex, upper", each_as(secret, "%02X")},
      {"base64", base64_encode(secret)},
      {"base64url", base64url_encode(secret)},
      {"base64 in JSON", with(base64_encode(secret), "/", "\\/")},
      {"base64 in a URL", simruns::detail::percent_encode(base64_encode(secret))},
  };
  for (std::string const before : {"u:", "user:", "a user:"}) {
    for (std::string const behind : {"", "\n", " and more"}) {
      out.emplace_back("base64 as a part", base64_encode(before + secret + behind));
      out.emplace_back("base64url as a part", base64url_encode(before + secret + behind));
    }
  }
  auto const plain = out.size();
  for (std::size_t i = 0; i < plain; ++i) {
    out.emplace_back(out[i].first + ", upper case", in_case(out[i].second, true));
    out.emplace_back(out[i].first + ", lower case", in_case(out[i].second, false));
  }
  return out;
}

/// The longest part of `form` that stands in `text`, at most.
std::size_t longest_shared(std::string const& form, std::string const& text) {
  std::size_t most = 0;
  for (std::size_t at = 0; at < form.size(); ++at) {
    while (at + most < form.size() && text.find(form.substr(at, most + 1)) != text.npos) ++most;
  }
  return most;
}

/// A key of each kind that servers give out, and one of odd characters.
std::vector<std::string> const secrets{
    "hunter22",
    "a/b+c&d=<e>\"f\\g%h~",
    "0123456789abcdef0123456789abcdef",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    "%41%42%43%44-percent",
    "back\\u0041slash\\/end",
};

}  // namespace

TEST_CASE("a secret is struck out in every form that a server gives it") {
  for (auto const& secret : secrets) {
    redactor const strike({"another-secret", secret});
    for (auto const& [name, form] : forms_of(secret)) {
      INFO(name << ": " << form);
      for (auto const& [before, behind] : std::vector<std::pair<std::string, std::string>>{
               {"", ""}, {"the key ", " is bad"}, {"{\"k\":\"", "\"}"}, {"?key=", "&x=1"}}) {
        auto const out = strike(before + form + behind);
        CHECK(out.find("***") != out.npos);
        if (name.find("part") == name.npos) {
          CHECK(out.size() <= before.size() + behind.size() + 6);
        } else {
          CHECK(longest_shared(form, out) < 24);  // what stood beside the secret, and no more
        }
      }
    }
  }
}

TEST_CASE("of base64 that holds a secret, only what stands beside the secret is left") {
  redactor const strike({"hunter22hunter22"});
  CHECK(strike("Basic " + base64_encode("user:hunter22hunter22")) == "Basic dXNlcj***");
  CHECK(strike("Basic " + base64_encode("us:hunter22hunter22")) == "Basic dXM***");
  CHECK(strike("Basic " + base64_encode("use:hunter22hunter22!")) == "Basic dXNlO***h");
}

TEST_CASE("a secret that begins with digits is known behind a percent sign") {
  redactor const strike({"deadbeefcafe"});
  CHECK(strike("50%deadbeefcafe") == "50%***");
  CHECK(strike("\\deadbeefcafe &deadbeefcafe; \\u00deadbeefcafe") == "*** &***; \\u00***");
}

TEST_CASE("a text that was cut within a secret shows no more than three characters of it") {
  std::string const secret = "a/key+of=many&characters";
  redactor const strike({secret});
  for (auto const& [name, form] : forms_of(secret)) {
    if (name.find("part") != name.npos) continue;
    for (std::size_t size = 0; size <= 80; ++size) {
      INFO(name << " in " << size);
      CHECK(longest_shared(form, excerpt("the key " + form, size, &strike)) <= 3);
    }
  }
  CHECK(strike("the a/key+of...") == "the ***...");
  CHECK(strike("the a/k...") == "the a/k...");
  CHECK(strike("the a/key+of.") == "the a/key+of.");
  CHECK(redactor({"demo"})("the dem...") == "the dem...");
}

TEST_CASE("a short secret in base64 or as digits is struck out where it stands alone") {
  redactor const strike({"demo"});
  CHECK(strike("ZGVtbw== ZGVtbw, xZGVtbw") == "***== ***, xZGVtbw");
  CHECK(strike("64656d6f and 64656D6F") == "*** and ***");
  CHECK(strike("a%2fdemo b%2Fdemo%2f a\\ndemo &#47;DEMO") == "a%2f*** b%2F***%2f a\\n*** &#47;***");
  CHECK(strike("a%2fdemos demo1 demo%73") == "a%2fdemos demo1 ***%73");
}

TEST_CASE("secrets that overlap or hold each other are struck out whole") {
  redactor const strike({"gate-secret", "secret-of-mine", "gate-secret-too"});
  CHECK(strike("x gate-secret-of-mine y") == "x *** y");
  CHECK(strike("gate-secret-too, gate-secret, secret-of-mine") == "***, ***, ***");
  CHECK(redactor({"b", "a-b"})("xa-b") == "xa-***");
  CHECK(redactor({})("nothing") == "nothing");
  CHECK(redactor({""})("nothing") == "nothing");
}

TEST_CASE("striking out takes time in proportion to the text, whatever stands in it") {
  std::string const periodic(2000, 'a');
  redactor const strike({periodic + "b", "hunter22", "%25%25%25%25%25"});
  auto const time = [&strike](std::string const& unit, std::size_t bytes) {
    std::string text;
    while (text.size() < bytes) text += unit;
    auto const began = std::chrono::steady_clock::now();
    auto const out = strike(text);
    CHECK(out.size() <= text.size() + 3);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
  for (std::string const& unit :
       {std::string("a"), periodic + "c", std::string("%25"), std::string("%"), std::string("\\"),
        std::string("&#"), std::string("&amp;"), std::string("hunter2"), std::string("hunter22"),
        std::string("aaaa...")}) {
    INFO(unit.substr(0, 20));
    CHECK(time(unit, 1'000'000) < 10);
  }
}
