#pragma once

#include "simruns/simulator/data/endpoint.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace simruns::simulator::detail {

/// The parts of a request's target that lead to what it asks for. What its endpoint has not got is
/// empty.
struct route {
  endpoint what = endpoint::runs;
  std::string_view scenario;  ///< The scenario, still percent-encoded.
  std::string_view batch;     ///< The batch, still percent-encoded.
  std::string_view run;       ///< The run, still percent-encoded.
  std::string_view query;     ///< What stands behind the question mark. May be empty.
};

/// Makes a path prefix as the server uses it: empty, or with a slash at its start and none at its
/// end.
/// Throws: std::invalid_argument for one that cannot stand in a URL as it is.
std::string normal_prefix(std::string_view prefix);

/// The path and the query of a target. A server must accept a target that names scheme and host as
/// well (RFC 9112, 3.2.2).
std::string_view without_authority(std::string_view target);

/// Whether a server may take the path of a target to lead out of where it begins: by a segment
/// `..`, be it escaped, even several times, or cut off by a backslash.
bool leads_up(std::string_view target);

/// Takes a target apart: `<prefix>/simulations/{scenario}/batches/{batch}/runs/{run}?query`, or the
/// beginning of that up to a word or a name behind it. None: it is any other path. `prefix` must be
/// as `normal_prefix` gives it.
std::optional<route> find_route(std::string_view target, std::string_view prefix);

/// Decodes one segment of a path. Throws: bad_request with the field `name`.
std::string decoded_segment(std::string_view segment, std::string const& name);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/answer/impl/route.ipp"
#endif
