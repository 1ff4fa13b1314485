#pragma once

#include "simruns/page/maybe.hpp"
#include "simruns/page/run.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace simruns {

/// What a page says of its place in the batch. `total` is a hint: a live batch moves.
struct pagination {
  maybe<std::int64_t> limit;
  maybe<std::int64_t> skip;
  maybe<std::int64_t> total;
  maybe<bool> has_next;
  maybe<bool> has_previous;
  maybe<std::string_view> next;      ///< Opaque cursor; null or absent where there is none.
  maybe<std::string_view> previous;  ///< Opaque cursor; null or absent where there is none.
  std::span<extra_member const> extra;
};

}  // namespace simruns
