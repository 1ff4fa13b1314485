#pragma once

#include "simruns/error.hpp"
#include "simruns/page/page.hpp"
#include "simruns/query/position.hpp"
#include "simruns/walk/completeness.hpp"

#include <optional>
#include <vector>

namespace simruns {

/// One step of a walk: a page with runs in it, or the end, or a failure.
struct walk_step {
  page fresh;        ///< The new runs of a page. It is not valid where the walk has ended.
  page whole;        ///< The page that `fresh` is taken from.
  page_start start;  ///< Where that page starts.
  page_start next;   ///< Where the page after it starts.
  std::vector<bad_run> bad_runs;  ///< The runs that `whole` left out, and that did not come before.
  simruns::completeness tally;    ///< What the walk has had, this step included.
  std::optional<request_failure> failure;

  walk_step() = default;
};

}  // namespace simruns
