#pragma once

#include "simruns/simulator/faults/fault.hpp"
#include "simruns/simulator/store/detail/paging.hpp"

#include <cstddef>
#include <string>

namespace simruns::simulator::detail {

/// Makes the pagination of a page wrong as `edit` tells.
void edit_pagination(list_pagination& page, page_edit const& edit, paging const& asked);

/// The text of the item at `index` of a page, made odd as `edit` tells.
std::string edited_item(std::string const& json, page_edit const& edit, std::size_t index);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/answer/impl/edit_page.ipp"
#endif
