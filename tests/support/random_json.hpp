#pragma once

#include "support/random.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

/// Random JSON text, of all the forms that mean the same: white space, escapes, ways to write a
/// number.
class random_json {
 public:
  explicit random_json(std::uint64_t seed) : random(seed) {}

  std::string space() { return random.one_in(4) ? random.text(" \t\r\n", 6) : std::string{}; }

  /// A string literal of these characters, some of them escaped.
  std::string quoted(std::string_view text) {
    static constexpr std::string_view digits = "0123456789abcdefABCDEF";
    std::string out = "\"";
    for (char c : text) {
      auto const byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
      } else if (byte < 0x20 || (byte < 0x80 && random.one_in(40))) {
        out += "\\u00";
        out += digits[byte / 16];
        out += digits[byte % 16 + (byte % 16 > 9 && random.one_in(2) ? 6 : 0)];
      } else {
        out += c;
      }
    }
    return out + "\"";
  }

  std::string string() {
    static constexpr std::array<std::string_view, 24> parts{
        "a",
        "]",
        "}",
        "[{",
        ",",
        ":",
        R"(\")",
        R"(\\)",
        R"(\/)",
        R"(\b)",
        R"(\f)",
        R"(\n)",
        R"(\r\t)",
        "\xc3\xb6",
        R"(\u00F6)",
        R"(\u0000)",
        " ",
        "\xe2\x82\xac",
        "\xf0\x9f\x98\x80",
        R"(\ud83d\ude00)",
        R"(\\\\\\)",
        R"(\\\")",
        "text of some length, plain and long enough",
        R"(\u20ac)"};
    std::string out = "\"";
    for (auto left = random.below(8); left > 0; --left) out += random.pick(parts);
    if (random.one_in(60)) out += std::string(random.below(10'000), 'x');
    if (random.one_in(60)) out += "\\n" + std::string(random.below(10'000), 'y');
    return out + "\"";
  }

  /// A number that a double holds exactly.
  std::string number() {
    static constexpr std::array<std::string_view, 16> odd{"0",
                                                          "-0",
                                                          "7.0",
                                                          "-7.5",
                                                          "1e3",
                                                          "1.25E+2",
                                                          "2500e-2",
                                                          "0.5",
                                                          "-0.0",
                                                          "1.764e12",
                                                          "1718000000",
                                                          "1718000000000",
                                                          "9223372036854775807",
                                                          "-9223372036854775808",
                                                          "2251799813685248.5",
                                                          "1e400"};
    if (random.one_in(2)) return std::to_string(static_cast<int>(random.below(2'000)) - 1'000);
    return std::string(random.pick(odd));
  }

  std::string scalar() {
    static constexpr std::array<std::string_view, 3> words{"null", "true", "false"};
    switch (random.below(3)) {
      case 0:
        return string();
      case 1:
        return number();
      default:
        return std::string(random.pick(words));
    }
  }

  std::string value(int depth = 3) {
    if (depth == 0 || random.one_in(3)) return scalar();
    if (random.one_in(2)) {
      std::vector<std::string> items(random.below(4));
      for (auto& item : items) item = value(depth - 1);
      return array(items);
    }
    std::vector<std::pair<std::string, std::string>> members(random.below(4));
    for (auto& [key, item] : members) {
      key = random.text("abc\"\\]}", 3);
      item = value(depth - 1);
    }
    return object(members);
  }

  std::string array(std::vector<std::string> const& items) {
    std::string out;
    for (auto const& item : items) {
      if (!out.empty()) out += ',';
      out += space() + item + space();
    }
    return "[" + (out.empty() ? space() : out) + "]";
  }

  /// The members in a random order.
  std::string object(std::vector<std::pair<std::string, std::string>> members) {
    for (auto i = members.size(); i > 1; --i) std::swap(members[i - 1], members[random.below(i)]);
    std::string out;
    for (auto const& [key, item] : members) {
      if (!out.empty()) out += ',';
      out += space() + quoted(key) + space() + ':' + space() + item + space();
    }
    return "{" + (out.empty() ? space() : out) + "}";
  }

  random_source random;
};

}  // namespace test
