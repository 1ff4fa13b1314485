#pragma once

#include "simruns/simulator/answer/response.hpp"
#include "simruns/simulator/faults/fault.hpp"
#include "simruns/simulator/store/detail/store.hpp"

#include <string_view>

namespace simruns::simulator::detail {

/// The `code` that the contract has for a status.
std::string_view error_code_of(unsigned status);

/// Makes an error body as the contract has it. It has a `field` only where that is not empty, as in
/// every 400.
response error_response(unsigned status, std::string_view message, std::string_view trace_id,
                        std::string_view field = {});

/// Makes a page as the contract has it, of the items' own texts, with the mutations of `edit`.
response page_response(text_page const& page, page_edit const& edit = {});

/// Makes a response of the text of one item, with the mutations of `edit`.
response item_response(std::string_view item, page_edit const& edit = {});

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/answer/impl/make_response.ipp"
#endif
