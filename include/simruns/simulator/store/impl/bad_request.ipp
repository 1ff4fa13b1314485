#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"
#include "simruns/text/excerpt.hpp"

#include <string>
#include <string_view>

namespace simruns::simulator::detail {

SIMRUNS_INLINE std::string shown(std::string_view text) {
  return "'" + simruns::detail::excerpt(text, 40) + "'";
}

}  // namespace simruns::simulator::detail
