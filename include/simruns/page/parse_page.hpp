#pragma once

#include "simruns/page/page.hpp"
#include "simruns/page/parse_error.hpp"
#include "simruns/page/parse_limits.hpp"

#include <boost/system/result.hpp>

#include <string>

namespace simruns {

/// Decodes one body in one pass. Every run is kept, whatever is odd about it; nothing is invented:
/// see `page::issues`. Not JSON, or no `data` array, is an error.
/// Throws: only `std::bad_alloc`.   Threads: any.   Cost: one pass, one arena; a refusal may take
/// a second pass.
boost::system::result<page, parse_error> parse_page(std::string body, parse_limits limits = {});

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/page/impl/parse_page.ipp"
#endif
