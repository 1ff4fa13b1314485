#pragma once

#include "simruns/simulator/answer/response.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace simruns::simulator::detail {

/// Whether a response of this status has a body (RFC 9110).
inline bool has_body(unsigned status) noexcept { return status != 204 && status != 304; }

/// The head of a response as it is sent, with the empty line at its end. `length` is what it tells
/// of the body.
std::string http_head(response const& reply, bool keep_alive,
                      std::chrono::system_clock::time_point now, std::int64_t length);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/serve/impl/http_head.ipp"
#endif
