#pragma once

#include "simruns/page/page.hpp"
#include "simruns/page/parse_error.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <string>

namespace simruns {

/// How far `parse_page` trusts a body.
struct parse_limits {
  std::size_t max_depth = 512;                       ///< Nesting of JSON. Default 512.
  std::size_t max_runs = 10'000;                     ///< Runs in a page. Default 10,000.
  std::size_t max_arena_bytes = std::size_t{1} << 28;  ///< Memory beside the body. Default 256 MiB.
  std::size_t max_issues = 1'000;                    ///< Issues kept; more are counted. Default 1,000.
  bool strict = false;                               ///< The first issue is an error. Default false.
};

/// Decodes one body in one pass. Every run is kept, whatever is odd about it; nothing is invented:
/// see `page::issues`. Not JSON, or no `data` array, is an error.
/// Throws: only `std::bad_alloc`.   Threads: any.   Cost: one pass, one arena.
boost::system::result<page, parse_error> parse_page(std::string body, parse_limits limits = {});

}  // namespace simruns

#include "simruns/detail/page_handler.hpp"
