#pragma once

#include "simruns/simulator/faults/fault_script.hpp"
#include "simruns/simulator/faults/detail/script_reader.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The words of a fault script that say what goes wrong, one function for those that belong
/// together.
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
    if (ends.size() != 2) range->refuse("must be the shortest and the longest, [0.01, 0.2]");
    made.how = delay_draw::kind::uniform;
    made.low = ends[0].seconds();
    made.high = ends[1].seconds();
    if (made.high < made.low) range->refuse("must name the shortest first");
    ++kinds;
  }
  if (auto const mean = members.take("exponential")) {
    made.how = delay_draw::kind::exponential;
    made.low = mean->seconds();
    ++kinds;
  }
  if (auto const shape = members.take("lognormal")) {
    auto const parts = shape->list();
    if (parts.size() != 2) shape->refuse("must be the median in seconds and sigma, [0.05, 1]");
    made.how = delay_draw::kind::lognormal;
    made.low = parts[0].seconds();
    made.sigma = parts[1].number(0, 10);
    ++kinds;
  }
  members.finish();
  if (kinds != 1) from.refuse("must be seconds or one of uniform, exponential, lognormal");
  return made;
}

inline std::vector<header_field> read_headers(script_value const& from) {
  if (!from.json().is_object()) from.refuse("must be an object of names and texts");
  std::vector<header_field> all;
  for (auto const& header : from.json().get_object()) {
    std::string const name{header.key().data(), header.key().size()};
    script_value const value{header.value(), from.place() + "." + name};
    auto const text = value.text();
    auto const breaks = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
    if (name.empty() || std::any_of(name.begin(), name.end(), breaks) ||
        std::any_of(text.begin(), text.end(), breaks)) {
      value.refuse("must have a name, and no line break");
    }
    all.emplace_back(name, text);
  }
  return all;
}

inline void read_answer(fault_rule& rule, script_object& members) {
  auto& what = rule.what;
  if (auto const status = members.take("status")) {
    what = fault::answer(static_cast<unsigned>(status->integer(200, 599)));
  }
  bool const answers = what.what == fault::kind::answer;
  auto const needs_status = [answers](script_value const& given) {
    if (!answers) given.refuse("is of an answer: name its status beside it");
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
      if (!date) wait->refuse("must be seconds, or {date: seconds from now}");
      what.retry_after_is_date = true;
      wait = date;
    }
    what.retry_after = std::chrono::seconds{wait->integer(-86'400, 86'400 * 366)};
  }
}

inline void read_wire(fault_rule& rule, script_object& members) {
  auto& what = rule.what;
  if (auto const reset = members.take("reset"); reset && reset->flag()) {
    if (what.what != fault::kind::none) reset->refuse("cannot stand beside a status");
    what.what = fault::kind::reset;
  }
  if (auto const bytes = members.take("truncate")) {
    if (what.what != fault::kind::none) bytes->refuse("cannot stand beside a status or a reset");
    what.what = fault::kind::truncate;
    what.body_bytes = static_cast<std::size_t>(bytes->integer(0));
  }
  if (auto const drip = members.take("drip")) {
    script_object inner{*drip};
    auto const bytes = inner.take("bytes");
    auto const every = inner.take("every");
    inner.finish();
    if (!bytes || !every) drip->refuse("needs bytes, and every: the seconds between two pieces");
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
  from.refuse("must be null, absent, float or unknown; to: gives any other value");
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
  if (!member) from.refuse("needs member, such as metrics/success");
  made.member = member->text();
  if (made.member.empty()) member->refuse("must not be empty");
  if (kind.has_value() == value.has_value()) from.refuse("needs make or to, and not both");
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
  if (!requests) from.refuse("needs requests: how many in each window");
  made.requests = static_cast<std::uint64_t>(requests->integer(1));
  if (per) made.per = per->whole_milliseconds();
  if (made.per.count() < 1) from.refuse("needs per, the seconds of a window, above 0");
  return made;
}

}  // namespace detail

}  // namespace simruns::simulator
