#pragma once

#include "simruns/simulator/faults/fault_script.hpp"
#include "simruns/simulator/faults/fault_words.hpp"
#include "simruns/simulator/faults/detail/script_reader.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace simruns::simulator {

namespace detail {

/// Whether a rule has a member beyond those that say when it holds.
inline bool says_what(script_value const& rule) {
  static constexpr std::array<std::string_view, 6> when{"requests", "every",  "page",
                                                        "batch",    "chance", "times"};
  auto const& members = rule.json().get_object();
  return std::any_of(members.begin(), members.end(), [](auto const& member) {
    std::string_view const name{member.key().data(), member.key().size()};
    return std::find(when.begin(), when.end(), name) == when.end();
  });
}

inline fault_rule read_rule(script_value const& from) {
  script_object members{from};
  fault_rule rule;
  if (auto const requests = members.take("requests")) {
    if (requests->json().is_array()) {
      for (auto const& number : requests->list()) {
        rule.requests.push_back(static_cast<std::uint64_t>(number.integer(1)));
      }
    } else {
      rule.requests.push_back(static_cast<std::uint64_t>(requests->integer(1)));
    }
  }
  auto const count = [&members](std::string_view name) {
    auto const found = members.take(name);
    return found ? static_cast<std::uint64_t>(found->integer(1)) : std::uint64_t{0};
  };
  rule.every = count("every");
  rule.page = count("page");
  rule.times = count("times");
  if (auto const batch = members.take("batch")) rule.batch = batch->text();
  if (auto const chance = members.take("chance")) rule.chance = chance->number(0, 1);
  read_answer(rule, members);
  read_wire(rule, members);
  read_edit(rule.what.edit, members);
  if (auto const limit = members.take("rate_limit")) rule.limit = read_rate_limit(*limit);
  members.finish();
  if (!says_what(from)) from.refuse("says when, but not what goes wrong");
  return rule;
}

}  // namespace detail

/// Reads `{"seed": 7, "faults": [{"page": 2, "status": 503, "retry_after": 2}, ...]}`; the words
/// are those of docs/simulator.md. Throws: script_error.
inline fault_script read_fault_script(std::string_view json,
                                      fault_script::clock now = fault_script::steady_now) {
  auto const parsed = parse_script(json);
  script_value const whole{parsed, "script"};
  script_object members{whole};
  auto const seed = members.take("seed");
  auto const rules = members.take("faults");
  members.finish();
  if (!rules) whole.refuse("needs faults, a list of rules");
  fault_script made{seed ? static_cast<std::uint64_t>(seed->integer(0)) : 0, std::move(now)};
  for (auto const& rule : rules->list()) made.add(detail::read_rule(rule));
  return made;
}

}  // namespace simruns::simulator
