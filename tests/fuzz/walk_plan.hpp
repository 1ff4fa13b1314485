#pragma once

#include "fuzz/page_cursor.hpp"
#include "simruns/walk/walk_plan.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// Any pages as the answers to a walk that asks for several at a time, in any order.
namespace fuzz {

/// Never where the recipe has ended.
inline bool rarely(recipe& from, std::size_t n) { return from.below(n) == n - 1; }

/// A page of numbered, settled runs, as windows want them, mostly of the size that is asked for.
inline simruns::page numbered_page(recipe& from, simruns::page_wish const& wish, int wanted) {
  auto const size = static_cast<std::size_t>(wanted) - (rarely(from, 8) ? 1 : 0);
  auto const first = static_cast<std::size_t>(wish.start.skip) + from.below(16) / 15;
  std::string body = R"({"data":[)";
  for (std::size_t i = 1; i <= size; ++i) {
    auto const number = std::to_string(first + i);
    body += (i == 1 ? R"({"id":"r)" : R"(,{"id":"r)") + number + R"(","sequence":)" + number +
            (rarely(from, 64) ? R"(,"metrics":{}})" : R"(,"metrics":{"success":true}})");
  }
  auto const total = 24 + from.below(32) / 31;
  bool const more = first + size < total;
  return simruns::parse_page(body + R"(],"pagination":{"total":)" + std::to_string(total) +
                             R"(,"next":null,"hasNext":)" + (more ? "true}}" : "false}}"))
      .value();
}

inline void walk_odd_windows(bytes input) {
  recipe from(input);
  auto query = odd_query(from);
  auto const size = 1 + static_cast<int>(from.below(4));
  if (!query.start()) query.page_size(size);
  std::size_t const ahead = 1 + from.below(6);
  simruns::walk_plan plan(query, 200);
  walk_record record(query);
  std::vector<simruns::page_wish> asked;
  std::size_t const most = 4 * (200 + (16 + 64 + 32) * 4 + input.size());
  for (std::size_t steps = 0; !plan.done() || plan.has_step(); ++steps) {
    promise(steps <= most, "a walk ends");
    while (plan.has_step()) record.note(simruns::page(), plan.take().fresh);
    if (plan.done()) break;
    while (auto wish = plan.next_wish(ahead)) asked.push_back(*std::move(wish));
    promise(!asked.empty() && asked.size() <= ahead, "a walk asks for what it may, and goes on");
    auto const which = asked.begin() + static_cast<std::ptrdiff_t>(from.below(asked.size()));
    auto const wish = *which;
    asked.erase(which);
    bool const by_number = wish.start.by == simruns::page_start::kind::skip;
    auto const came = by_number && !rarely(from, 16)
                          ? numbered_page(from, wish, plan.query().page_size())
                          : next_page(from);
    if (rarely(from, 16)) {
      plan.missed(wish);
    } else if (!plan.came(wish, came, 1)) {
      asked.clear();
    }
  }
  auto const end = plan.ended();
  record.check(end.tally);
  if (end.failure) promise(!end.failure->message.empty(), "a failure says why");
  bool const complete = end.tally.verdict() == simruns::walk_verdict::complete;
  promise(!complete || !end.failure, "what is complete has not failed");
}

}  // namespace fuzz
