#pragma once

#include "simruns/page/maybe.hpp"

#include <string_view>

namespace simruns {

/// What a result says of its criterion.
struct criterion_result {
  maybe<std::string_view> json;    ///< The result's own text.
  maybe<std::string_view> name;    ///< The name of the criterion.
  maybe<bool> success;             ///< The member `success`, or else `passed`.
  maybe<std::string_view> reason;  ///< The member `reason`, or else `explanation`.
};

}  // namespace simruns
