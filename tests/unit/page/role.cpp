#include "simruns/page/role.hpp"

#include "simruns/testing/sample_pages.hpp"
#include "support/catch.hpp"
#include "support/pages.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using simruns::role;
using simruns::turn_role;

namespace {

/// The run whose turns have these values as their `data`; an empty one has no `data`.
simruns::run_ptr run_saying(std::vector<std::string> const& data) {
  std::string turns = "[";
  for (auto const& json : data) {
    turns += turns.size() == 1 ? "{" : ",{";
    turns += json.empty() ? "}" : "\"data\":" + json + "}";
  }
  auto const run = test::replace_member(simruns::testing::sample_run("a"), "turns", turns + "]");
  return test::parsed(test::page_around(run)).share(0);
}

/// The data of a turn that a letter stands for: u(ser), a(gent), t(ool), s(ystem), a word that is
/// no role (?), and none (.).
std::string data_of(char letter) {
  switch (letter) {
    case 'u':
      return R"({"role":"user"})";
    case 'a':
      return R"({"role":"assistant","toolCalls":[{"name":"f","arguments":"{}"}]})";
    case 't':
      return R"({"role":"tool","tool":"f"})";
    case 's':
      return R"({"role":"system"})";
    case '?':
      return R"({"role":"narrator"})";
    default:
      return "";
  }
}

simruns::run_ptr run_of_letters(std::string_view letters) {
  std::vector<std::string> data;
  for (char const letter : letters) data.push_back(data_of(letter));
  return run_saying(data);
}

/// The roles as letters: in capitals where they are inferred, `.` where nothing tells.
std::string letters_of(std::vector<turn_role> const& roles) {
  std::string out;
  for (auto const& one : roles) {
    char const letter = one.role ? to_string(*one.role).front() : '.';
    out += one.is_inferred ? static_cast<char>(letter - 'a' + 'A') : letter;
  }
  return out;
}

std::string roles(std::string_view letters) {
  return letters_of(simruns::roles_of(*run_of_letters(letters)));
}

/// The role that one turn tells by its `data`, `.` for none.
std::string told(std::string const& data) { return letters_of(roles_of(*run_saying({data}))); }

std::string reversed(std::string text) {
  std::ranges::reverse(text);
  return text;
}

/// The same with user and agent in each other's place.
std::string swapped(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    static constexpr std::string_view from = "uaUA", to = "auAU";
    auto const at = from.find(c);
    return at == from.npos ? c : to[at];
  });
  return text;
}

/// Conversations of up to 12 turns, of every kind of turn.
template <class Check>
void each_conversation(Check check) {
  std::mt19937 random(7);
  static constexpr std::string_view kinds = "uuuaaats?......";
  for (int i = 0; i < 3'000; ++i) {
    std::string letters(random() % 13, '.');
    for (auto& letter : letters) letter = kinds[random() % kinds.size()];
    INFO(letters);
    check(letters);
  }
}

}  // namespace

TEST_CASE("a turn tells its role by a usual word, in any case") {
  for (std::string_view const word :
       {"user", "USER", "Human", "customer", "caller", "simulated_user"})
    CHECK(told(R"({"role":")" + std::string(word) + "\"}") == "u");
  for (std::string_view const word : {"assistant", "Agent", "bot", "chatbot", "AI", "gpt", "model"})
    CHECK(told(R"({"role":")" + std::string(word) + "\"}") == "a");
  for (std::string_view const word : {"tool", "Function"})
    CHECK(told(R"({"role":")" + std::string(word) + "\"}") == "t");
  for (std::string_view const word : {"system", "DEVELOPER"})
    CHECK(told(R"({"role":")" + std::string(word) + "\"}") == "s");
  for (std::string_view const word : {"", "users", "use", "narrator", " user", "\\u0000", "Üser"})
    CHECK(told(R"({"role":")" + std::string(word) + "\"}") == ".");
  CHECK(told(R"({ "r\u006fle" : "\u0075ser" })") == "u");
}

TEST_CASE("a turn tells its role by any of the usual keys, of which the first that tells decides") {
  static constexpr std::array<std::string_view, 7> keys{"role", "speaker", "sender", "author",
                                                        "from", "source",  "type"};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    CAPTURE(keys[i]);
    std::string const own = "\"" + std::string(keys[i]) + "\":\"user\"";
    CHECK(told("{" + own + "}") == "u");
    CHECK(told("{\"x\":{\"role\":\"tool\"}," + own + ",\"y\":[1]}") == "u");
    for (std::size_t j = i + 1; j < keys.size(); ++j) {
      CHECK(told("{\"" + std::string(keys[j]) + "\":\"agent\"," + own + "}") == "u");
    }
  }
  CHECK(told(R"({"from":"JFK","type":"human"})") == "u");
  CHECK(told(R"({"speaker":"Jane","source":7,"from":null,"sender":"bot"})") == "a");
  CHECK(told(R"({"role":"user","role":"agent"})") == "a");
}

TEST_CASE("who spoke may be an object with a role") {
  for (std::string const key : {"speaker", "sender", "author", "from", "source"}) {
    CHECK(told("{\"" + key + R"(":{"id":"x","role":"Bot"}})") == "a");
    CHECK(told("{\"" + key + R"(":{"id":"user"}})") == ".");
    CHECK(told("{\"" + key + R"(":["user"]})") == ".");
  }
  CHECK(told(R"({"role":{"role":"user"}})") == ".");
  CHECK(told(R"({"type":{"role":"user"}})") == ".");
}

TEST_CASE("what is no role tells none") {
  for (std::string const data :
       {"{}", R"({"role":null})", R"({"role":7})", R"({"type":"function"})", R"({"type":"text"})",
        R"({"text":"user"})", R"({"Role":"user"})", R"({"toolCalls":[{"role":"user"}]})", "null",
        "\"user\"", "[]", ""}) {
    CAPTURE(data);
    CHECK(told(data) == ".");
  }
}

TEST_CASE("user and agent take turns from the turns that are known") {
  CHECK(roles("") == "");
  CHECK(roles("...") == "...");
  CHECK(roles("u...") == "uAUA");
  CHECK(roles("..u.") == "UAuA");
  CHECK(roles("...a") == "UAUa");
  CHECK(roles("a.a") == "aUa");
  CHECK(roles("u..a.") == "uAUaU");
}

TEST_CASE("nothing is inferred across a turn of another role, or of a word that is none") {
  CHECK(roles("u.t..") == "uAt..");
  CHECK(roles("u.t.u") == "uAtAu");
  CHECK(roles(".s.") == ".s.");
  CHECK(roles("s.u") == "sAu");
  CHECK(roles("u?..a") == "u.AUa");
  CHECK(roles("?") == ".");
}

TEST_CASE("nothing is inferred in a run where user and agent do not take turns") {
  CHECK(roles("u.a") == "u.a");
  CHECK(roles("u..u") == "u..u");
  CHECK(roles("uu.") == "uu.");
  CHECK(roles(".aat.u.") == ".aat.u.");
  CHECK(roles("ata.u") == "ata.u");
  CHECK(roles("ata..") == "ataUA");
}

TEST_CASE("what is inferred is never against what is known") {
  each_conversation([](std::string const& letters) {
    auto const found = roles(letters);
    REQUIRE(found.size() == letters.size());
    std::size_t inferred = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      bool const is_known = std::string_view("uats").find(letters[i]) != std::string_view::npos;
      if (is_known) CHECK(found[i] == letters[i]);
      if (letters[i] == '?') CHECK(found[i] == '.');
      if (!is_known) inferred += found[i] != '.';
    }
    if (inferred == 0) return;
    auto const all = letters_of([&] {
      auto known = simruns::roles_of(*run_of_letters(letters));
      for (auto& one : known) one.is_inferred = false;
      return known;
    }());
    CHECK(all.find("uu") == all.npos);
    CHECK(all.find("aa") == all.npos);
  });
}

TEST_CASE("the roles of a reversed run are the reversed roles, and user and agent are alike") {
  each_conversation([](std::string const& letters) {
    CHECK(roles(reversed(letters)) == reversed(roles(letters)));
    CHECK(roles(swapped(letters)) == swapped(roles(letters)));
  });
}

TEST_CASE("a role that is not told is inferred as what it was, or not at all") {
  std::mt19937 random(11);
  for (int i = 0; i < 1'000; ++i) {
    std::string whole;  // a talk with calls of tools: the agent speaks before and behind each
    while (whole.size() < 12) whole += random() % 3 == 0 ? "uatata" : "ua";
    auto masked = whole;
    for (auto& letter : masked) {
      if (letter != 't' && random() % 3 == 0) letter = '.';
    }
    INFO(whole << ' ' << masked);
    auto const found = roles(masked);
    for (std::size_t j = 0; j < whole.size(); ++j) {
      bool const right = found[j] == whole[j] || found[j] == whole[j] - 'a' + 'A';
      CHECK((right || found[j] == '.'));
    }
  }
}

TEST_CASE("one finder finds the roles of many runs, which say the same or else") {
  simruns::role_finder finder;
  for (int i = 0; i < 2; ++i) {
    for (std::string const letters : {"u.", "...", "", "uat.s", "..u", "ua"}) {
      auto const run = run_of_letters(letters);
      auto const found = finder.of(*run);
      CHECK(std::vector<turn_role>(found.begin(), found.end()) == simruns::roles_of(*run));
    }
  }
}

TEST_CASE("a text that begins as a known one does is read on, where a key may follow that counts") {
  std::string const start = R"({"role":"user")";
  auto const roles = simruns::roles_of(*run_saying(
      {start + "}", start + R"(,"n":1})", start + R"(,"role":"assistant"})",
       start + R"(,"\u0072ole":"tool"})", start + R"( , "x" : {"role":"tool"} })", start + "}"}));
  CHECK(letters_of(roles) == "uuatuu");
}

TEST_CASE("one finder reads more different texts than it remembers") {
  simruns::role_finder finder;
  for (int i = 0; i < 100; ++i) {
    auto const number = R"("n":)" + std::to_string(i % 50);
    auto const run = run_saying({R"({"role":"tool",)" + number + "}", R"({"role":"user"})",
                                 R"({)" + number + R"(,"role":"other"})"});
    CHECK(finder.of(*run)[0].role == role::tool);
    CHECK(finder.of(*run)[1].role == role::user);
    CHECK_FALSE(finder.of(*run)[2].role);
  }
}
