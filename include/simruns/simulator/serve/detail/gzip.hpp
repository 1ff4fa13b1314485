#pragma once

#include <string>
#include <string_view>

namespace simruns::simulator::detail {

/// Compresses `text` in the gzip format (RFC 1952). It takes zlib's fastest level, since the time
/// of a page counts more here than its last bytes.
std::string gzip(std::string_view text);

/// Whether an `Accept-Encoding` names gzip and does not refuse it by `q=0`. A `*` alone leaves the
/// choice to the server, which chooses what needs no work.
bool asks_for_gzip(std::string_view accept);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/serve/impl/gzip.ipp"
#endif
