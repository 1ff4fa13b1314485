#pragma once

#include "simruns/config.hpp"
#include "simruns/fwd.hpp"
#include "simruns/page/page.hpp"

#include <span>

namespace simruns {

/// A page of these runs, in this order, from whatever pages; it keeps their pages alive, and copies
/// no text. Its issues are those of the runs; a body, a place in the batch and bad runs it has not.
/// Requires: no pointer is null.
page gather(std::span<run_ptr const> runs);

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/page/impl/gather.ipp"
#endif
