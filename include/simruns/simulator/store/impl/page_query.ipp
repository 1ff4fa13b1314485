#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/store/detail/ordering.hpp"
#include "simruns/simulator/store/detail/page_query.hpp"
#include "simruns/simulator/store/detail/run_filter.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace simruns::simulator::detail {

SIMRUNS_INLINE std::uint64_t digest(page_query const& query) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  auto const add = [&hash](std::string_view text) {
    for (char const c : std::to_string(text.size()) + ":" + std::string{text}) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
  };
  auto const limit = std::to_string(query.limit);
  for (std::string_view const part :
       {std::string_view{query.batch.project}, std::string_view{query.batch.scenario},
        std::string_view{query.batch.batch}, std::string_view{query.filter.text()},
        std::string_view{query.order.text()}, std::string_view{query.end_point_type},
        std::string_view{limit}}) {
    add(part);
  }
  return hash;
}

}  // namespace simruns::simulator::detail
