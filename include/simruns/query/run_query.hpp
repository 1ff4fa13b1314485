#pragma once

#include "simruns/error.hpp"
#include "simruns/query/position.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simruns {

/// How a walk asks for its pages.
enum class walk_mode {
  automatic,  ///< `windows` where the batch looks settled, and larger than a few pages.
  cursor,     ///< One page after another, each by the cursor of the one before.
  windows,    ///< By their numbers, over several connections; by cursor where that is in doubt.
};

/// Which runs, in which order: a batch of a scenario, and how to walk it.
///
///     simruns::run_query query{"project", "scenario", "batch"};
///     query.sort("createdAt:asc").page_size(100);
///
/// Every setter checks its argument and throws `request_error` (`errc::invalid_argument`).
class run_query {
 public:
  /// The three references, none of them empty, `.` or `..`; they are percent-encoded when sent.
  run_query(std::string project, std::string scenario, std::string batch);

  /// Order, `field:asc` or `field:desc`, several by comma. Default `createdAt:asc`, in which a
  /// live batch neither loses nor repeats a run. Empty: the server's own order.
  run_query& sort(std::string order);

  /// Passed to the server as it is; its meaning is the server's. Empty: none. Default none.
  run_query& filter(std::string expression);

  /// Only runs of this endpoint type. Empty: all. Default all.
  run_query& endpoint_type(std::string type);

  /// Runs asked for in one request, 1 to 100. Default 100.
  run_query& page_size(int runs);

  /// Runs to leave out at the start, 0 or more. Default 0. A walk that skips is `unverified`.
  run_query& skip(std::int64_t runs);

  /// Ends the walk after so many runs, 1 or more. Default: all of them.
  run_query& max_runs(std::int64_t runs);

  /// Goes on from a `position` (of an error, of a generator) or from a `next` cursor.
  run_query& start_at(std::string_view position_or_cursor);

  /// Goes backward from a `previous` cursor: the runs before it, last to first.
  run_query& start_before(std::string previous_cursor);

  /// Default `automatic`. Runs come in the same order either way, unless windows are given up.
  run_query& walk(walk_mode how);

  /// Makes every issue of decoding an `errc::decode`. Default false: issues are kept beside runs.
  run_query& strict(bool on);

  /// Ends quietly where fewer runs came than the server counted. Default false: that is
  /// `errc::incomplete`, after the last run.
  run_query& allow_incomplete(bool on);

  std::string const& project() const noexcept { return project_; }
  std::string const& scenario() const noexcept { return scenario_; }
  std::string const& batch() const noexcept { return batch_; }
  std::string const& sort() const noexcept { return sort_; }
  std::string const& filter() const noexcept { return filter_; }
  std::string const& endpoint_type() const noexcept { return endpoint_type_; }
  int page_size() const noexcept { return page_size_; }
  std::int64_t skip() const noexcept { return skip_; }
  std::optional<std::int64_t> max_runs() const noexcept { return max_runs_; }
  std::optional<position> const& start() const noexcept { return start_; }
  walk_mode walk() const noexcept { return walk_; }
  bool strict() const noexcept { return strict_; }
  bool allow_incomplete() const noexcept { return allow_incomplete_; }

  /// Of all that decides which runs come in which order on which page (FNV-1a, 64 bits): a position
  /// is only good for a query of the same digest.
  std::uint64_t digest() const noexcept;

 private:
  static void check_reference(std::string_view name, std::string_view value);
  static void check_text(std::string_view name, std::string_view value);

  std::string project_;
  std::string scenario_;
  std::string batch_;
  std::string sort_ = "createdAt:asc";
  std::string filter_;
  std::string endpoint_type_;
  int page_size_ = 100;
  std::int64_t skip_ = 0;
  std::optional<std::int64_t> max_runs_;
  std::optional<position> start_;
  walk_mode walk_ = walk_mode::automatic;
  bool strict_ = false;
  bool allow_incomplete_ = false;
};

inline run_query::run_query(std::string project, std::string scenario, std::string batch)
    : project_(std::move(project)), scenario_(std::move(scenario)), batch_(std::move(batch)) {
  check_reference("project", project_);
  check_reference("scenario", scenario_);
  check_reference("batch", batch_);
}

inline run_query& run_query::sort(std::string order) {
  check_text("sort", order);
  sort_ = std::move(order);
  return *this;
}

inline run_query& run_query::filter(std::string expression) {
  check_text("filter", expression);
  filter_ = std::move(expression);
  return *this;
}

inline run_query& run_query::endpoint_type(std::string type) {
  check_text("endpoint_type", type);
  endpoint_type_ = std::move(type);
  return *this;
}

inline run_query& run_query::page_size(int runs) {
  if (runs < 1 || runs > 100) {
    throw request_error(errc::invalid_argument,
                        "page_size is " + std::to_string(runs) + "; give 1 to 100");
  }
  page_size_ = runs;
  return *this;
}

inline run_query& run_query::skip(std::int64_t runs) {
  if (runs < 0) {
    throw request_error(errc::invalid_argument,
                        "skip is " + std::to_string(runs) + "; give 0 or more");
  }
  skip_ = runs;
  return *this;
}

inline run_query& run_query::max_runs(std::int64_t runs) {
  if (runs < 1) {
    throw request_error(errc::invalid_argument,
                        "max_runs is " + std::to_string(runs) + "; give 1 or more");
  }
  max_runs_ = runs;
  return *this;
}

inline run_query& run_query::start_at(std::string_view position_or_cursor) {
  if (position_or_cursor.empty()) {
    throw request_error(errc::invalid_argument,
                        "start_at is empty; give a position or a cursor, or leave it out");
  }
  check_text("start_at", position_or_cursor);
  auto parsed = position::parse(position_or_cursor);
  if (!parsed && position::marked(position_or_cursor)) {
    throw request_error(errc::invalid_argument,
                        "start_at is a damaged position; give it as it was written");
  }
  if (!parsed) {
    parsed.emplace();
    parsed->page = page_start::at_next(std::string(position_or_cursor));
  }
  start_ = std::move(parsed);
  return *this;
}

inline run_query& run_query::start_before(std::string previous_cursor) {
  if (previous_cursor.empty()) {
    throw request_error(errc::invalid_argument,
                        "start_before is empty; give the previous cursor of a page");
  }
  check_text("start_before", previous_cursor);
  start_.emplace();
  start_->page = page_start::at_previous(std::move(previous_cursor));
  return *this;
}

inline run_query& run_query::walk(walk_mode how) {
  walk_ = how;
  return *this;
}

inline run_query& run_query::strict(bool on) {
  strict_ = on;
  return *this;
}

inline run_query& run_query::allow_incomplete(bool on) {
  allow_incomplete_ = on;
  return *this;
}

inline std::uint64_t run_query::digest() const noexcept {
  std::uint64_t hash = 0xcbf29ce484222325u;
  auto const mix = [&hash](std::string_view text) {
    for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    hash =
        (hash ^ 0x100u) * 0x100000001b3u;  // no byte has this value, so fields do not run together
  };
  for (auto const* text : {&project_, &scenario_, &batch_, &sort_, &filter_, &endpoint_type_}) {
    mix(*text);
  }
  return (hash ^ static_cast<unsigned>(page_size_)) * 0x100000001b3u;
}

inline void run_query::check_reference(std::string_view name, std::string_view value) {
  if (value.empty() || value == "." || value == "..") {
    throw request_error(errc::invalid_argument, std::string(name) + " is '" + std::string(value) +
                                                    "'; give the reference that the API shows");
  }
  check_text(name, value);
}

inline void run_query::check_text(std::string_view name, std::string_view value) {
  for (char c : value) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      throw request_error(errc::invalid_argument,
                          std::string(name) + " holds a control character; remove it");
    }
  }
}

}  // namespace simruns
