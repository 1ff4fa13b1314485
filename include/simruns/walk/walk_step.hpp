#pragma once

#include "simruns/error.hpp"
#include "simruns/page/page.hpp"
#include "simruns/query/position.hpp"
#include "simruns/walk/completeness.hpp"

#include <optional>

namespace simruns {

/// One step of a walk.
struct walk_step {
  page fresh;        ///< What of a page is new. Not valid: the walk has ended.
  page whole;        ///< That page.
  page_start start;  ///< Where it starts,
  page_start next;   ///< and where the page after it does.
  simruns::completeness tally;
  std::optional<request_failure> failure;

  walk_step() = default;
};

}  // namespace simruns
