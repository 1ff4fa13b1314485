#pragma once

#include "simruns/simulator/faults/fault.hpp"

#include <string>
#include <vector>

namespace simruns::simulator {

/// A response of the server. Its length, its date and the CORS headers are added when it is sent.
struct response {
  unsigned status = 200;              ///< The HTTP status.
  std::vector<header_field> headers;  ///< The headers, in the order in which they are sent.
  std::string body;                   ///< The body, compressed if the client asked for that.
};

}  // namespace simruns::simulator
