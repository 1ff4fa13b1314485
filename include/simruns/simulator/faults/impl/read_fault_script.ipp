#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/faults/detail/script_reader.hpp"
#include "simruns/simulator/faults/fault_script.hpp"
#include "simruns/simulator/faults/read_fault_script.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns::simulator {

namespace detail {

inline delay_draw read_delay(script_value const& from) {
  delay_draw made;
  if (from.json().is_number()) {
    made.low = from.seconds();
    return made;
  }
  script_object members{from};
  int kinds = 0;
  if (auto const range = members.take("uniform")) {
    auto const ends = range->list();
    if (ends.size() != 2) range->fail("must be the shortest and the longest, [0.01, 0.2]");
    made.how = delay_draw::kind::uniform;
    made.low = ends[0].seconds();
    made.high = ends[1].seconds();
    if (made.high < made.low) range->fail("must name the shortest first");
    ++kinds;
  }
  if (auto const mean = members.take("exponential")) {
    made.how = delay_draw::kind::exponential;
    made.low = mean->seconds();
    ++kinds;
  }
  if (auto const shape = members.take("lognormal")) {
    auto const parts = shape->list();
    if (parts.size() != 2) shape->fail("must be the median in seconds and sigma, [0.05, 1]");
    made.how = delay_draw::kind::lognormal;
    made.low = parts[0].seconds();
    made.sigma = parts[1].number(0, 10);
    ++kinds;
  }
  members.finish();
  if (kinds != 1) from.fail("must be seconds or one of uniform, exponential, lognormal");
  return made;
}

inline std::vector<header_field> read_headers(script_value const& from) {
  if (!from.json().is_object()) from.fail("must be an object of names and texts");
  std::vector<header_field> all;
  for (auto const& header : from.json().get_object()) {
    std::string const name{header.key().data(), header.key().size()};
    script_value const value{header.value(), from.path() + "." + name};
    auto const text = value.text();
    auto const breaks = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
    if (name.empty() || std::any_of(name.begin(), name.end(), breaks) ||
        std::any_of(text.begin(), text.end(), breaks)) {
      value.fail("must have a name, and no line break");
    }
    all.emplace_back(name, text);
  }
  return all;
}

inline void read_response(fault_rule& rule, script_object& members) {
  auto& what = rule.what;
  if (auto const status = members.take("status")) {
    what = fault::response(static_cast<unsigned>(status->integer(200, 599)));
  }
  bool const answers = what.what == fault::kind::response;
  auto const needs_status = [answers](script_value const& given) {
    if (!answers) given.fail("is of an answer: name its status beside it");
  };
  if (auto const body = members.take("body")) {
    needs_status(*body);
    what.body = body->json().is_string() ? body->text() : boost::json::serialize(body->json());
  }
  if (auto const headers = members.take("headers")) {
    needs_status(*headers);
    what.headers = read_headers(*headers);
  }
  if (auto wait = members.take("retry_after")) {
    needs_status(*wait);
    if (wait->json().is_object()) {
      script_object inner{*wait};
      auto const date = inner.take("date");
      inner.finish();
      if (!date) wait->fail("must be seconds, or {date: seconds from now}");
      what.retry_after_is_date = true;
      wait = date;
    }
    what.retry_after = std::chrono::seconds{wait->integer(-86'400, 86'400 * 366)};
  }
}

inline void read_wire(fault_rule& rule, script_object& members) {
  auto& what = rule.what;
  if (auto const reset = members.take("reset"); reset && reset->flag()) {
    if (what.what != fault::kind::none) reset->fail("cannot stand beside a status");
    what.what = fault::kind::reset;
  }
  if (auto const bytes = members.take("truncate")) {
    if (what.what != fault::kind::none) bytes->fail("cannot stand beside a status or a reset");
    what.what = fault::kind::truncate;
    what.body_bytes = static_cast<std::size_t>(bytes->integer(0));
  }
  if (auto const drip = members.take("drip")) {
    script_object inner{*drip};
    auto const bytes = inner.take("bytes");
    auto const every = inner.take("every");
    inner.finish();
    if (!bytes || !every) drip->fail("needs bytes, and every: the seconds between two pieces");
    what.drip_bytes = static_cast<std::size_t>(bytes->integer(1));
    what.drip_every = every->whole_milliseconds();
  }
  if (auto const length = members.take("content_length")) {
    what.content_length = length->integer(0);
  }
  if (auto const more = members.take("content_length_add")) {
    what.content_length_add = more->integer(-1'000'000'000, 1'000'000'000);
  }
  if (auto const delay = members.take("delay")) rule.delay = read_delay(*delay);
}

inline mutation::kind read_mutation_kind(script_value const& from) {
  if (from.json().is_null()) return mutation::kind::null;  // what YAML makes of the bare word
  auto const name = from.text();
  if (name == "null") return mutation::kind::null;
  if (name == "absent") return mutation::kind::absent;
  if (name == "float") return mutation::kind::as_float;
  if (name == "unknown") return mutation::kind::unknown;
  from.fail("must be null, absent, float or unknown; to: gives any other value");
}

inline mutation read_mutation(script_value const& from) {
  script_object members{from};
  mutation made;
  auto const member = members.take("member");
  auto const kind = members.take("make");
  auto const value = members.take("to");
  if (auto const runs = members.take("runs")) {
    for (auto const& run : runs->list()) {
      made.runs.push_back(static_cast<std::size_t>(run.integer(0, 99)));
    }
  }
  members.finish();
  if (!member) from.fail("needs member, such as metrics/success");
  made.member = member->text();
  if (made.member.empty()) member->fail("must not be empty");
  if (kind.has_value() == value.has_value()) from.fail("needs make or to, and not both");
  if (kind) {
    made.what = read_mutation_kind(*kind);
  } else {
    made.what = mutation::kind::value;
    made.json = boost::json::serialize(value->json());
  }
  return made;
}

inline void read_edit(page_edit& edit, script_object& members) {
  static constexpr std::int64_t most = std::int64_t{1} << 53;
  if (auto const total = members.take("total")) edit.total = total->integer(-most);
  if (auto const more = members.take("total_add")) edit.total_add = more->integer(-most);
  if (auto const more = members.take("has_next")) edit.has_next = more->flag();
  if (auto const again = members.take("repeat_cursor")) edit.repeat_cursor = again->flag();
  if (auto const none = members.take("drop_cursor")) edit.drop_cursor = none->flag();
  if (auto const all = members.take("mutate")) {
    if (all->json().is_object()) {
      edit.mutations.push_back(read_mutation(*all));
    } else {
      for (auto const& one : all->list()) edit.mutations.push_back(read_mutation(one));
    }
  }
}

inline rate_limit read_rate_limit(script_value const& from) {
  script_object members{from};
  rate_limit made;
  auto const requests = members.take("requests");
  auto const per = members.take("per");
  members.finish();
  if (!requests) from.fail("needs requests: how many in each window");
  made.requests = static_cast<std::uint64_t>(requests->integer(1));
  if (per) made.per = per->whole_milliseconds();
  if (made.per.count() < 1) from.fail("needs per, the seconds of a window, above 0");
  return made;
}

/// Whether a rule has a member beyond those that say when it holds.
inline bool says_what(script_value const& rule) {
  static constexpr std::array<std::string_view, 7> when{"on",    "requests", "every", "page",
                                                        "batch", "chance",   "times"};
  auto const& members = rule.json().get_object();
  return std::any_of(members.begin(), members.end(), [](auto const& member) {
    std::string_view const name{member.key().data(), member.key().size()};
    return std::find(when.begin(), when.end(), name) == when.end();
  });
}

inline endpoint read_endpoint(script_value const& from) {
  static constexpr std::array<std::pair<std::string_view, endpoint>, 5> words{
      {{"runs", endpoint::runs},
       {"scenarios", endpoint::scenarios},
       {"batches", endpoint::batches},
       {"batch", endpoint::batch},
       {"run", endpoint::run}}};
  auto const name = from.text();
  auto const found = std::find_if(words.begin(), words.end(),
                                  [&name](auto const& word) { return word.first == name; });
  if (found == words.end()) from.fail("must be runs, scenarios, batches, batch or run");
  return found->second;
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
  if (auto const on = members.take("on")) rule.on = read_endpoint(*on);
  read_response(rule, members);
  read_wire(rule, members);
  read_edit(rule.what.edit, members);
  if (auto const limit = members.take("rate_limit")) rule.limit = read_rate_limit(*limit);
  members.finish();
  if (!says_what(from)) from.fail("says when, but not what goes wrong");
  return rule;
}

}  // namespace detail

SIMRUNS_INLINE fault_script read_fault_script(std::string_view json, fault_script::clock now) {
  auto const parsed = detail::parse_script(json);
  detail::script_value const whole{parsed, "script"};
  detail::script_object members{whole};
  auto const seed = members.take("seed");
  auto const rules = members.take("faults");
  members.finish();
  if (!rules) whole.fail("needs faults, a list of rules");
  fault_script made{seed ? static_cast<std::uint64_t>(seed->integer(0)) : 0, std::move(now)};
  for (auto const& rule : rules->list()) made.add(detail::read_rule(rule));
  return made;
}

}  // namespace simruns::simulator
