#pragma once

#include "simruns/page/parse_page.hpp"
#include "support/catch.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

inline simruns::page parsed(std::string body, simruns::parse_limits limits = {}) {
  auto got = simruns::parse_page(std::move(body), limits);
  if (!got) FAIL("refused: " << got.error().message);
  return *got;
}

inline simruns::parse_error refused(std::string body, simruns::parse_limits limits = {}) {
  auto got = simruns::parse_page(std::move(body), limits);
  REQUIRE_FALSE(got.has_value());
  return got.error();
}

/// A page of these runs, given as JSON.
inline std::string page_around(std::string const& runs) {
  return R"({"data":[)" + runs +
         R"(],"pagination":{"limit":100,"skip":0,"total":1,"hasNext":false,"hasPrevious":false,)"
         R"("next":null,"previous":null}})";
}

/// The page of these runs, given as JSON; what they lack is an issue.
inline simruns::page page_with(std::string const& runs) { return parsed(page_around(runs)); }

/// `/path: message`, in order.
inline std::vector<std::string> issues_of(simruns::page const& got) {
  std::vector<std::string> out;
  for (auto const& issue : got.issues()) {
    out.push_back(std::string(issue.path) + ": " + std::string(issue.message));
  }
  return out;
}

/// Where the compact JSON value that starts at `begin` ends.
inline std::size_t value_end(std::string_view json, std::size_t begin) {
  int depth = 0;
  bool quoted = false;
  for (auto i = begin; i < json.size(); ++i) {
    char const c = json[i];
    if (quoted) {
      if (c == '\\') ++i;
      quoted = c != '"';
      continue;
    }
    quoted = c == '"';
    if (depth == 0 && (c == ',' || c == '}' || c == ']')) return i;
    depth += c == '{' || c == '[';
    depth -= c == '}' || c == ']';
  }
  return json.size();
}

/// The compact object `json` with the value of its own member `name` replaced, with that member
/// put first if it had none, or without it if `value` is empty.
inline std::string replace_member(std::string const& json, std::string const& name,
                                  std::string const& value) {
  auto const member = value.empty() ? "" : "\"" + name + "\":" + value + ",";
  std::size_t at = 1;
  while (at < json.size() && json[at] != '}') {
    auto const key_end = value_end(json, at);
    auto const colon = json.find("\":", at);
    auto const end = key_end < json.size() && json[key_end] == ',' ? key_end + 1 : key_end;
    if (json.substr(at + 1, colon - at - 1) == name) {
      auto out = json.substr(0, at) + member + json.substr(end);
      if (auto const comma = out.rfind(",}"); comma == out.size() - 2) out.erase(comma, 1);
      return out;
    }
    at = end;
  }
  return "{" + member + json.substr(1);
}

}  // namespace test
