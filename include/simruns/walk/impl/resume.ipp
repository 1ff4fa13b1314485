#pragma once

#include "simruns/config.hpp"
#include "simruns/walk/resume.hpp"

#include <algorithm>

namespace simruns {

SIMRUNS_INLINE std::optional<request_failure> wrong_start(list_query const& query) {
  if (!query.start()) return std::nullopt;
  request_failure out;
  out.code = errc::invalid_argument;
  out.field = "start_at";
  if (query.start()->digest != 0 && query.start()->digest != query.digest()) {
    out.message =
        "the position belongs to another query; start with the same batch, sort, filter "
        "and page size as it was made with";
  } else if (query.skip() != 0) {
    out.message = "skip is given beside start_at, which says where to start; leave one out";
  } else if (query.walk() == walk_mode::windows) {
    out.message =
        "walk is windows, which number the pages from the first; leave out start_at, or "
        "walk by cursor";
  } else {
    return std::nullopt;
  }
  return out;
}

SIMRUNS_INLINE std::size_t resume_index(position const& start, page const& whole) {
  if (start.last_id.empty()) return std::min<std::size_t>(start.offset, whole.size());
  bool const backward = start.page.by == page_start::kind::previous;
  for (std::size_t i = whole.size(); i > 0; --i) {
    if (whole[i - 1].id == start.last_id) return backward ? whole.size() - i + 1 : i;
  }
  return 0;
}

}  // namespace simruns
