#pragma once

#include "simruns/config.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns::testing {

/// The JSON of one whole run, as the contract wants it.
std::string sample_run(std::string_view id, std::int64_t sequence = 1);

/// What the `pagination` of a sample page says.
struct sample_paging {
  std::optional<std::string> next;      ///< The cursor of the page after this one.
  std::optional<std::string> previous;  ///< The cursor of the page before this one.
  std::optional<bool> has_next;         ///< Absent: whether there is a `next`.
  std::optional<std::int64_t> total;    ///< Absent: the number of runs given.
  std::int64_t skip = 0;                ///< Runs before the page; sequence numbers follow it.
  std::int64_t limit = 100;

  sample_paging() = default;
  explicit sample_paging(std::string cursor) : next(std::move(cursor)) {}
};

/// The JSON of a whole page of whole runs with these ids.
std::string page_of(std::vector<std::string> const& ids, sample_paging const& paging = {});

/// The pages of a batch of runs with these ids, `page_size` runs in each but the last, for
/// `scripted_transport::then_pages`. They agree with each other: all have the same `total`,
/// sequence numbers run through, and the cursors `c1`, `c2`, ... lead from page to page. A batch
/// without runs is one empty page.
///
/// They come in the order of a walk by cursor. Where a query has the same page size and there are
/// more than four pages, give it `walk(walk_mode::cursor)`.
/// Throws: std::invalid_argument if `page_size` is 0.
std::vector<std::string> sample_batch(std::vector<std::string> const& ids, std::size_t page_size);

}  // namespace simruns::testing

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/testing/impl/sample_pages.ipp"
#endif
