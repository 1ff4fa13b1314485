#pragma once

#include "simruns/config.hpp"

#include <string>
#include <string_view>

namespace simruns::detail {

/// Returns `text` with `***` in place of `secret`, which a server may have repeated: as it is,
/// percent-encoded, or with escapes of JSON. A secret of fewer than eight characters is struck out
/// only where it stands alone: `demo` leaves `demo1` and `demos` as they are. An empty one is
/// nowhere.
std::string strike_out(std::string_view text, std::string_view secret);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/text/impl/strike_out.ipp"
#endif
