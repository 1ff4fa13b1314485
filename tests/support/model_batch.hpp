#pragma once

#include "simruns/page/page.hpp"
#include "simruns/query/position.hpp"
#include "support/pages.hpp"
#include "support/random.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// A batch at a server, reduced to what a walk can see of it, and to what may happen to it between
/// two requests. Its cursors name the last run of their page, so they hold whatever moves.
class model_batch {
 public:
  struct entry {
    std::int64_t created;
    std::int64_t sequence;
    bool settled = true;

    std::string id() const { return "r" + std::to_string(sequence); }
    bool operator<(entry const& other) const {
      return std::pair(created, sequence) < std::pair(other.created, other.sequence);
    }
  };

  /// What a server may get wrong; each page draws whether it does.
  struct odds {
    bool lies_in_total = false;
    bool short_pages = false;  ///< Some of them empty.
    bool repeats_cursor = false;
    bool no_cursor = false;
  };

  explicit model_batch(std::size_t runs) {
    for (std::size_t i = 0; i < runs; ++i) insert_last();
    existed_throughout_ = ids();
  }

  void insert_last() { insert(clock_ += 10); }

  /// As one whose clock is late.
  void insert_early(random_source& random) {
    insert(static_cast<std::int64_t>(random.below(static_cast<std::size_t>(clock_) + 1)));
  }

  void expire(random_source& random) {
    if (runs_.empty()) return;
    auto const gone = runs_.begin() + static_cast<std::ptrdiff_t>(random.below(runs_.size()));
    existed_throughout_.erase(gone->id());
    runs_.erase(gone);
  }

  /// A run moves in the order of the batch.
  void reorder(random_source& random) {
    if (runs_.empty()) return;
    runs_[random.below(runs_.size())].created =
        static_cast<std::int64_t>(random.below(static_cast<std::size_t>(clock_) + 1));
    std::sort(runs_.begin(), runs_.end());
  }

  void unsettle_last() { runs_.back().settled = false; }
  void settle_all() {
    for (auto& one : runs_) one.settled = true;
  }

  /// The answer as of now.
  simruns::page page(simruns::page_start const& start, std::size_t limit, odds const& may,
                     random_source& random);

  std::vector<std::string> order() const {
    std::vector<std::string> out;
    for (auto const& one : runs_) out.push_back(one.id());
    return out;
  }
  std::set<std::string> const& existed_throughout() const { return existed_throughout_; }
  std::set<std::string> const& existed_ever() const { return existed_ever_; }

 private:
  void insert(std::int64_t created) {
    entry const made{created, ++latest_, true};
    existed_ever_.insert(made.id());
    runs_.insert(std::upper_bound(runs_.begin(), runs_.end(), made), made);
  }

  std::set<std::string> ids() const {
    auto const all = order();
    return {all.begin(), all.end()};
  }

  /// To what comes before or after this place. No two are the same text.
  std::string cursor(std::size_t place, bool backward) {
    static constexpr entry first{-1, 0, true}, last{std::int64_t{1} << 60, 0, true};
    entry at = backward ? last : first;
    if (backward && place < runs_.size()) at = runs_[place];
    if (!backward && place > 0) at = runs_[place - 1];
    return std::to_string(at.created) + "." + std::to_string(at.sequence) + "." +
           std::to_string(++cursors_);
  }
  static entry parse(std::string const& cursor) {
    auto const dot = cursor.find('.');
    return {std::stoll(cursor.substr(0, dot)), std::stoll(cursor.substr(dot + 1)), true};
  }

  std::pair<std::size_t, std::size_t> range(simruns::page_start const& start,
                                            std::size_t limit) const;

  std::vector<entry> runs_;
  std::int64_t clock_ = 0;
  std::int64_t latest_ = 0;
  std::int64_t cursors_ = 0;
  std::string spent_cursor_;
  std::set<std::string> existed_throughout_;
  std::set<std::string> existed_ever_;
};

inline std::pair<std::size_t, std::size_t> model_batch::range(simruns::page_start const& start,
                                                              std::size_t limit) const {
  using kind = simruns::page_start::kind;
  auto const index = [](auto it, auto const& list) {
    return static_cast<std::size_t>(it - list.begin());
  };
  if (start.by == kind::previous) {
    auto const end =
        index(std::lower_bound(runs_.begin(), runs_.end(), parse(start.cursor)), runs_);
    return {end - std::min(end, limit), end};
  }
  auto const begin =
      start.by == kind::next
          ? index(std::upper_bound(runs_.begin(), runs_.end(), parse(start.cursor)), runs_)
          : std::min(static_cast<std::size_t>(start.skip), runs_.size());
  return {begin, std::min(begin + limit, runs_.size())};
}

inline simruns::page model_batch::page(simruns::page_start const& start, std::size_t limit,
                                       odds const& may, random_source& random) {
  auto [begin, end] = range(start, limit);
  bool const backward = start.by == simruns::page_start::kind::previous;
  if (may.short_pages && random.one_in(3) && begin < end) {
    auto const left = random.below(end - begin + 1);
    (backward ? begin : end) = backward ? end - left : begin + left;
  }
  std::string body = R"({"data":[)";
  for (auto i = begin; i < end; ++i) {
    body += (i == begin ? "" : ",") + std::string(R"({"id":")") + runs_[i].id() +
            R"(","sequence":)" + std::to_string(runs_[i].sequence) + R"(,"metrics":{)" +
            (runs_[i].settled ? R"("success":true)" : "") + "}}";
  }
  auto total = static_cast<std::int64_t>(runs_.size());
  if (may.lies_in_total && random.one_in(3))
    total += static_cast<std::int64_t>(random.below(7)) - 3;
  bool const more = backward ? begin > 0 : end < runs_.size();
  auto next = cursor(backward ? begin : end, backward);
  if (may.repeats_cursor && !spent_cursor_.empty() && random.one_in(4)) next = spent_cursor_;
  spent_cursor_ = next;
  bool const told = more && !(may.no_cursor && random.one_in(3));
  auto const text = told ? "\"" + next + "\"" : std::string("null");
  body += R"(],"pagination":{"total":)" + std::to_string(total) + ",\"" +
          (backward ? "hasPrevious" : "hasNext") + "\":" + (more ? "true" : "false") + ",\"" +
          (backward ? "previous" : "next") + "\":" + text + "}}";
  return parsed(std::move(body));
}

}  // namespace test
