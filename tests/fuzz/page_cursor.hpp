#pragma once

#include "fuzz/promise.hpp"
#include "simruns/page/parse_page.hpp"
#include "simruns/walk/page_cursor.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// Any sequence of pages as the answers to a walk: few ids, cursors and totals, so that they
/// repeat.
namespace fuzz {

inline std::string odd_word(recipe& from, std::string_view yes) {
  switch (from.below(4)) {
    case 0:
      return std::string(yes);
    case 1:
      return "false";
    case 2:
      return "true";
    default:
      return "null";
  }
}

/// A page of up to four runs; where the recipe ends: `hasNext` with the same cursor for ever.
inline simruns::page next_page(recipe& from) {
  std::string body = R"({"data":[)";
  for (auto left = from.below(5); left > 0; --left) {
    auto const id = from.below(32);
    if (body.back() == '}') body += ',';
    body += R"({"id":")" + (id == 0 ? std::string{} : std::to_string(id)) + R"("})";
  }
  body += R"(],"pagination":{"hasNext":)" + odd_word(from, "true");
  if (auto const cursor = from.below(20); cursor < 16) {
    body += R"(,"next":"c)" + std::to_string(cursor) + "\"";
  } else if (cursor == 16) {
    body += R"(,"next":"")";
  }
  if (auto const total = from.below(80); total < 64) {
    body += R"(,"total":)" + std::to_string(total);
  } else if (total == 64) {
    body += R"(,"total":9223372036854775807)";
  } else if (total == 65) {
    body += R"(,"total":-1)";
  }
  return simruns::parse_page(body + "}}").value();
}

inline simruns::run_query odd_query(recipe& from) {
  simruns::run_query query("project", "scenario", "batch");
  auto const oddity = from.byte();
  query.allow_incomplete((oddity & 1) != 0);
  if ((oddity & 2) != 0) query.max_runs(static_cast<std::int64_t>(1 + from.below(20)));
  auto const skipped = (oddity & 4) != 0 ? static_cast<std::int64_t>(from.below(4)) : 0;
  if ((oddity & 24) == 8) query.start_at("c" + std::to_string(from.below(16)));
  if ((oddity & 24) == 16) {
    simruns::position place;
    place.digest = query.digest();
    place.offset = from.below(6);
    if ((oddity & 32) != 0) place.last_id = std::to_string(from.below(32));
    if ((oddity & 64) != 0) place.page = simruns::page_start::at_next("c1");
    query.start_at(place.text());
  }
  if (!query.start()) query.skip(skipped);
  return query;
}

/// What a consumer of the walk sees.
class walk_record {
 public:
  explicit walk_record(simruns::run_query const& query)
      : whole_(!query.start() && !query.max_runs()), most_(query.max_runs()) {}

  void note(simruns::page const& came, simruns::page const& fresh) {
    for (auto const& r : fresh) {
      ++yielded_;
      if (!r.id.empty()) promise(ids_.emplace(r.id).second, "no id is yielded twice");
    }
    if (!whole_) return;
    for (auto const& r : came) {
      promise(r.id.empty() || ids_.contains(std::string(r.id)), "every id that came is yielded");
    }
  }

  void check(simruns::completeness const& c) const {
    promise(c.received == yielded_, "received counts what was yielded");
    promise(c.handed == yielded_ && c.waiting == 0, "what was yielded was handed on");
    promise(!most_ || c.received <= *most_, "a walk keeps to its maximum");
    promise(to_string(c).size() > 10, "completeness has words");
  }

 private:
  bool whole_;
  std::optional<std::int64_t> most_;
  std::int64_t yielded_ = 0;
  std::set<std::string> ids_;
};

inline void walk_odd_pages(bytes input) {
  recipe from(input);
  auto const query = odd_query(from);
  simruns::page_cursor cursor(query);
  walk_record record(query);
  // Each page has a new cursor (16), moves towards a total (64) or is empty (three in a row); a
  // total that never comes nearer ends with the recipe.
  std::size_t const most = (16 + 64 + 32) * 4 + input.size();
  for (std::size_t pages = 0; !cursor.done(); ++pages) {
    promise(pages <= most, "a walk ends");
    auto const& at = cursor.next();
    promise(at.by == simruns::page_start::kind::skip ? at.cursor.empty() : at.skip == 0,
            "skip and cursor are not sent together");
    auto const came = next_page(from);
    record.note(came, cursor.accept(came, 1));
    record.check(cursor.completeness());
  }
  if (cursor.failure()) promise(!cursor.failure()->message.empty(), "a failure says why");
  bool const complete = cursor.completeness().verdict() == simruns::walk_verdict::complete;
  promise(!complete || !cursor.failure(), "what is complete has not failed");
}

}  // namespace fuzz
