#pragma once

#include "simruns/simulator/store/detail/page_query.hpp"

#include <string_view>

namespace simruns::simulator::detail {

/// Reads the query string of a request for a page, and ignores unknown parameters. Of the batch it
/// sets the project; scenario and batch stand in the path. Throws: bad_request.
page_query read_parameters(std::string_view query_string);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/answer/impl/parameters.ipp"
#endif
