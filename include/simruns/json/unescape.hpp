#pragma once

#include "simruns/config.hpp"
#include "simruns/text/arena.hpp"

#include <string_view>

namespace simruns::detail {

/// Returns the text of a JSON string that has escapes; it lives in `memory`. `inner` is what stands
/// between the quotes, and must be valid. `whole` becomes false if half of a surrogate pair was
/// replaced by U+FFFD.
std::string_view unescape(std::string_view inner, arena& memory, bool& whole);

}  // namespace simruns::detail

// Decoding is inlined in its caller, also where the library is compiled once.
#include "simruns/json/detail/unescape_inline.hpp"
