#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/faults/fault.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace simruns::simulator {

SIMRUNS_INLINE fault fault::response(unsigned status, std::optional<std::string> body,
                                     std::vector<header_field> headers) {
  fault made;
  made.what = kind::response;
  made.status = status;
  made.body = std::move(body);
  made.headers = std::move(headers);
  return made;
}

SIMRUNS_INLINE fault fault::reset() {
  fault made;
  made.what = kind::reset;
  return made;
}

SIMRUNS_INLINE fault fault::truncate(std::size_t body_bytes) {
  fault made;
  made.what = kind::truncate;
  made.body_bytes = body_bytes;
  return made;
}

SIMRUNS_INLINE fault fault::late(std::chrono::milliseconds delay) { return fault{}.after(delay); }

SIMRUNS_INLINE fault fault::after(std::chrono::milliseconds wait) const {
  fault made = *this;
  made.delay = wait;
  return made;
}

}  // namespace simruns::simulator
