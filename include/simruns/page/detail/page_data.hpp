#pragma once

#include "simruns/page/page.hpp"
#include "simruns/text/arena.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace simruns::detail {

/// What a page is a handle on. It is immutable once a page holds it.
struct page_data {
  std::string body;
  arena memory;
  std::vector<simruns::run> runs;
  simruns::pagination paging;
  std::vector<issue> issues;
  std::size_t issues_dropped = 0;
  std::span<extra_member const> extra;

  /// The page that a selection points into; null in a page that is none.
  std::shared_ptr<page_data const> origin;

  /// What holds the body and the issues: the page itself, or of a selection its origin.
  page_data const& source() const noexcept { return origin ? *origin : *this; }
};

}  // namespace simruns::detail
