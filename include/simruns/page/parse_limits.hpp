#pragma once

#include <cstddef>

namespace simruns {

/// How far `parse_page` trusts a body.
struct parse_limits {
  std::size_t max_depth = 512;                         ///< Nesting of JSON. Default 512, the most.
  std::size_t max_runs = 10'000;                       ///< Runs in a page. Default 10,000.
  std::size_t max_arena_bytes = std::size_t{1} << 28;  ///< Memory beside the body. Default 256 MiB.
  std::size_t max_issues = 1'000;  ///< Issues kept; more are counted. Default 1,000.
  bool strict = false;             ///< The first issue is an error. Default false.
};

}  // namespace simruns
