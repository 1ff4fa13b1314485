#pragma once

#include "simruns/simulator/store/detail/ordering.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simruns::simulator::detail {

/// The two ways to walk through a list.
enum class direction { forward, backward };

/// What a cursor says: where the page lies, by the values of an item's sort keys and not by a
/// count, so that items that come or go do not shift it.
struct cursor {
  enum class edge { begin, at, end };

  direction way = direction::forward;
  edge where = edge::at;   ///< Where it points: before all items, at `position`, or behind all.
  sort_position position;  ///< A page forward starts behind it, a page backward ends before it.
};

/// Writes a cursor of the query with this digest. The text is not yet fit for a URL.
std::string cursor_text(cursor const& at, std::uint64_t query);

/// Reads the text of a cursor. None: it is no cursor of this query and this way. The result looks
/// into `text`.
std::optional<cursor> read_cursor(std::string_view text, std::uint64_t query, direction way,
                                  std::size_t sort_keys);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/store/impl/cursor.ipp"
#endif
