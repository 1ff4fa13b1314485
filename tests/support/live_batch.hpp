#pragma once

#include "support/pages.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

/// A live batch as a server keeps it, in the order of `createdAt`: runs come, settle and go.
class live_batch {
 public:
  struct entry {
    std::int64_t created_at = 0;
    std::string id;
    bool settled = false;
  };

  /// Whether a cursor names the run before the page, or counts the runs before it.
  enum class cursors { by_run, by_count };

  explicit live_batch(std::size_t limit, cursors kind = cursors::by_run)
      : limit_(limit), kind_(kind) {}

  void add(std::string id, std::int64_t created_at, bool settled = false) {
    entry made;
    made.created_at = created_at;
    made.id = std::move(id);
    made.settled = settled;
    auto const at = std::upper_bound(runs_.begin(), runs_.end(), made, before);
    runs_.insert(at, std::move(made));
  }
  void settle(std::string_view id) { find(id)->settled = true; }
  void expire(std::string_view id) { runs_.erase(find(id)); }
  bool has(std::string_view id) { return find(id) != runs_.end(); }
  std::vector<entry> const& runs() const noexcept { return runs_; }

  /// The page that starts at `start`; an empty cursor is the first page.
  simruns::page page_at(std::string_view cursor) const {
    auto const first = first_of(cursor);
    auto const last = std::min(first + limit_, runs_.size());
    std::string body = R"({"data":[)";
    for (auto i = first; i < last; ++i) {
      if (i != first) body += ',';
      body += json_of(runs_[i]);
    }
    bool const more = last < runs_.size();
    body += R"(],"pagination":{"limit":)" + std::to_string(limit_) + R"(,"skip":0,"total":)" +
            std::to_string(static_cast<std::int64_t>(runs_.size()) + extra_total) +
            R"(,"hasNext":)" + (more ? "true" : "false") + R"(,"hasPrevious":false,"next":)" +
            (more ? "\"" + cursor_behind(last) + "\"" : "null") + R"(,"previous":null}})";
    return parsed(std::move(body));
  }

  std::int64_t extra_total = 0;  ///< By which `total` is wrong.

 private:
  static bool before(entry const& a, entry const& b) { return a.created_at < b.created_at; }

  std::vector<entry>::iterator find(std::string_view id) {
    return std::find_if(runs_.begin(), runs_.end(), [&](entry const& e) { return e.id == id; });
  }

  std::string cursor_behind(std::size_t index) const {
    return std::to_string(kind_ == cursors::by_count ? static_cast<std::int64_t>(index)
                                                     : runs_[index - 1].created_at);
  }

  std::size_t first_of(std::string_view cursor) const {
    if (cursor.empty()) return 0;
    std::int64_t value = 0;
    std::from_chars(cursor.data(), cursor.data() + cursor.size(), value);
    if (kind_ == cursors::by_count) return std::min(static_cast<std::size_t>(value), runs_.size());
    auto const behind = [value](entry const& e) { return e.created_at <= value; };
    return static_cast<std::size_t>(std::partition_point(runs_.begin(), runs_.end(), behind) -
                                    runs_.begin());
  }

  static std::string json_of(entry const& run) {
    return R"({"id":")" + run.id + R"(","createdAt":)" + std::to_string(run.created_at) +
           R"(,"metrics":)" + (run.settled ? R"({"success":true,"status":"SUCCESS"}})" : "{}}");
  }

  std::size_t limit_;
  cursors kind_;
  std::vector<entry> runs_;
};

}  // namespace test
