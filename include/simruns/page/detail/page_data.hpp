#pragma once

#include "simruns/page/page.hpp"
#include "simruns/text/arena.hpp"
#include "simruns/text/redactor.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace simruns::detail {

/// What a page is a handle on. It is immutable once a page holds it.
struct page_data {
  std::string body;

  /// What knows the secrets that no message about the page may show; null where there are none.
  shared_redactor strike;

  arena memory;
  std::vector<simruns::run> runs;
  simruns::pagination paging;
  std::vector<issue> issues;
  std::size_t issues_dropped = 0;
  std::vector<bad_run> bad_runs;
  std::span<extra_member const> extra;

  /// The page that this one points into; null in one that was decoded or gathered.
  std::shared_ptr<page_data const> origin;

  /// What the runs of a gathered page point into.
  std::vector<std::shared_ptr<void const>> owners;

  /// Whether the issues and the bad runs are here. If not, as in a selection, they are those of the
  /// origin.
  bool has_own_issues = false;

  /// What holds the issues and the bad runs.
  page_data const& noted() const noexcept { return origin && !has_own_issues ? *origin : *this; }

  /// What holds the body.
  page_data const& decoded() const noexcept { return origin ? origin->decoded() : *this; }
};

}  // namespace simruns::detail
