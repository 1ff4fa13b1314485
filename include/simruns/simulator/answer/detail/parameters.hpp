#pragma once

#include "simruns/simulator/store/detail/list_query.hpp"
#include "simruns/simulator/store/detail/page_query.hpp"

#include <string>
#include <string_view>

namespace simruns::simulator::detail {

/// Reads the query string of a request for a page, and ignores unknown parameters. Of the batch it
/// sets the project; scenario and batch stand in the path. Throws: bad_request.
page_query read_parameters(std::string_view query_string);

/// Reads the query string of a request for a page of scenarios, in the same way.
scenario_query read_scenario_parameters(std::string_view query_string);

/// Reads the query string of a request for a page of batches, in the same way. The scenario stands
/// in the path.
batch_query read_batch_parameters(std::string_view query_string);

/// Reads the project of a request for one item. Throws: bad_request.
std::string read_project(std::string_view query_string);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/answer/impl/parameters.ipp"
#endif
