#pragma once

#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/store/detail/ordering.hpp"
#include "simruns/simulator/store/detail/run_filter.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace simruns::simulator {

/// One request for a page of runs, checked and decoded.
struct page_query {
  batch_key batch;
  run_filter filter;
  ordering order = ordering::standard();
  std::string end_point_type;           ///< Empty: all.
  std::size_t limit = 20;               ///< Runs a page, 1 to 100.
  std::size_t skip = 0;                 ///< Runs to pass over; without meaning beside a cursor.
  std::optional<std::string> next;      ///< A cursor of an earlier page; never both.
  std::optional<std::string> previous;  ///< A cursor of an earlier page; never both.
};

/// Identifies what a cursor belongs to: batch, filter, order, limit and endpoint type.
inline std::uint64_t digest(page_query const& query) {
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

}  // namespace simruns::simulator
