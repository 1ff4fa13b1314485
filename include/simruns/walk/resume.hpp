#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/page/page.hpp"
#include "simruns/query/list_query.hpp"
#include "simruns/query/position.hpp"

#include <cstddef>
#include <optional>

namespace simruns {

/// Why `query` cannot start where it says. Empty if it can.
std::optional<request_failure> wrong_start(list_query const& query);

/// How many runs of the page that `start` names come before the position, in the order of the walk.
/// They end with the run that was yielded last, wherever it stands now; if it is no longer there,
/// there are none.
std::size_t resume_index(position const& start, page const& whole);

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/walk/impl/resume.ipp"
#endif
