#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/query/position.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simruns {

/// How a walk asks for its pages.
enum class walk_mode {
  automatic,  ///< As `windows` if the batch looks settled and has several pages, else `cursor`.
  cursor,     ///< One page after another, each by the cursor of the page before it.
  windows,    ///< Several pages at a time, by `skip`; on any doubt again from the start, by cursor.
};

/// Which runs to read, in which order, and how to walk over them: those of one batch of a scenario.
///
///     simruns::run_query query{"project", "scenario", "batch"};
///     query.sort("createdAt:asc").page_size(100);
///
/// Every setter checks its argument and throws `request_error` (`errc::invalid_argument`).
class run_query {
 public:
  /// Takes the three references that the API shows. None of them may be empty, `.` or `..`. They
  /// are percent-encoded when they are sent.
  run_query(std::string project, std::string scenario, std::string batch);

  /// The order of the runs: `field:asc` or `field:desc`, or several of these with commas between
  /// them. Default `createdAt:asc`, in which a live batch neither loses nor repeats a run. Empty:
  /// the server's own order.
  run_query& sort(std::string order);

  /// A filter of the server, which is sent as it is. Empty: no filter. Default empty.
  run_query& filter(std::string expression);

  /// The type of endpoint whose runs are read. Empty: every type. Default empty.
  run_query& endpoint_type(std::string type);

  /// Runs that one request asks for, 1 to 100. Default 100.
  run_query& page_size(int runs);

  /// Runs to leave out at the start, 0 or more. Default 0. A walk that leaves out runs is never
  /// `complete`, at best `unverified`.
  run_query& skip(std::int64_t runs);

  /// Runs after which the walk ends, 1 or more. Default: no bound.
  run_query& max_runs(std::int64_t runs);

  /// Starts where another walk stood, at the text of a `position`, or at a `next` cursor. Default:
  /// the first page.
  run_query& start_at(std::string_view position_or_cursor);

  /// Starts at a `previous` cursor and walks backward: over the runs before it, the last one first.
  run_query& start_before(std::string previous_cursor);

  /// How the walk asks for its pages. Default `walk_mode::automatic`. The order of the runs is the
  /// same in every mode, unless windows meet a doubt and the walk starts again.
  run_query& walk(walk_mode how);

  /// Whether every issue that decoding finds is an error, `errc::decode`. Default false: the runs
  /// are kept, and `page::issues` tells what is odd about them.
  run_query& strict(bool on);

  /// Whether a run that is no JSON, as for a NaN in it, is left out and is an issue, where it is
  /// certain where the run ends; the walk is then never `complete`. Default false: its page is an
  /// error, `errc::decode`, which comes again at each call. See `parse_limits::skip_bad_runs`.
  run_query& skip_bad_runs(bool on);

  /// Whether a walk with fewer runs than the server counted ends without an error. Default
  /// false: it ends with `errc::incomplete`, behind the last run.
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
  bool skip_bad_runs() const noexcept { return skip_bad_runs_; }
  bool allow_incomplete() const noexcept { return allow_incomplete_; }

  /// A hash of all that decides which runs come on which page in which order (FNV-1a, 64 bits). A
  /// position is of use only to a query with the same digest.
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
  bool skip_bad_runs_ = false;
  bool allow_incomplete_ = false;
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/query/impl/run_query.ipp"
#endif
