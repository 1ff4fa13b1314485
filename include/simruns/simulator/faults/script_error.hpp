#pragma once

#include <stdexcept>

namespace simruns::simulator {

/// A fault script or a schedule that cannot be followed. `what()` names the place in the script,
/// says what is wrong there and what would be right.
class script_error : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

}  // namespace simruns::simulator
