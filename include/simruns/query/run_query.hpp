#pragma once

#include "simruns/query/list_query.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace simruns {

/// Which runs to read, in which order, and how to walk over them: those of one batch of a scenario.
///
///     simruns::run_query query{"project", "scenario", "batch"};
///     query.sort("createdAt:asc").page_size(100);
///
/// Every setter checks its argument and throws `request_error` (`errc::invalid_argument`).
class run_query : public basic_list_query<run_query> {
 public:
  /// Takes the three references that the API shows. None of them may be empty, `.` or `..`. They
  /// are percent-encoded when they are sent.
  run_query(std::string project, std::string scenario, std::string batch)
      : basic_list_query(resource::runs, std::move(project)) {
    set_scenario(std::move(scenario));
    set_batch(std::move(batch));
  }

  /// The type of endpoint whose runs are read. Empty: every type. Default empty.
  run_query& endpoint_type(std::string type) {
    set_endpoint_type(std::move(type));
    return *this;
  }

  /// Runs to leave out at the start, 0 or more. Default 0. A walk that leaves out runs is never
  /// `complete`, at best `unverified`.
  run_query& skip(std::int64_t runs) {
    set_skip(runs);
    return *this;
  }

  /// Runs after which the walk ends, 1 or more. Default: no bound.
  run_query& max_runs(std::int64_t runs) {
    set_max_items("max_runs", runs);
    return *this;
  }

  /// Starts at a `previous` cursor and walks backward: over the runs before it, the last one first.
  run_query& start_before(std::string previous_cursor) {
    set_start_before(std::move(previous_cursor));
    return *this;
  }

  /// How the walk asks for its pages. Default `walk_mode::automatic`. The order of the runs is the
  /// same in every mode, unless windows meet a doubt and the walk starts again.
  run_query& walk(walk_mode how) {
    walk_ = how;
    return *this;
  }

  /// Whether every issue that decoding finds is an error, `errc::decode`. Default false: the runs
  /// are kept, and `page::issues` tells what is odd about them.
  run_query& strict(bool on) {
    strict_ = on;
    return *this;
  }

  /// Whether a run that is no JSON, as for a NaN in it, is left out and is an issue, where it is
  /// certain where the run ends; the walk is then never `complete`. Default false: its page is an
  /// error, `errc::decode`, which comes again at each call. See `parse_limits::skip_bad_runs`.
  run_query& skip_bad_runs(bool on) {
    skip_bad_runs_ = on;
    return *this;
  }

  /// What asks for the batch itself, not for its runs.
  list_query for_batch() const {
    auto out = *this;
    out.of_ = resource::batch;
    return out;
  }

  /// What asks for one run of the batch. Throws: request_error (invalid_argument) for an id that
  /// is empty, `.` or `..`.
  list_query for_run(std::string id) const {
    auto out = *this;
    out.of_ = resource::run;
    out.set_run(std::move(id));
    return out;
  }

  std::optional<std::int64_t> max_runs() const noexcept { return max_items(); }
  using list_query::endpoint_type;
  using list_query::skip;
  using list_query::skip_bad_runs;
  using list_query::strict;
  using list_query::walk;
};

}  // namespace simruns
