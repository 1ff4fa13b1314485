#pragma once

#include "simruns/fwd.hpp"
#include "simruns/page/pagination.hpp"
#include "simruns/page/run.hpp"
#include "simruns/text/arena.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace simruns {

namespace detail {

/// What a page is a handle on. Immutable once a page holds it.
struct page_data {
  std::string body;
  arena memory;
  std::vector<simruns::run> runs;
  simruns::pagination paging;
  std::vector<issue> issues;
  std::size_t issues_dropped = 0;
  std::span<extra_member const> extra;
  std::shared_ptr<page_data const> origin;  ///< Of a selection: the page that it points into.
};

}  // namespace detail

/// One answer of the server: its runs, its place in the batch, what was odd about it. A handle on
/// shared, immutable data: copying is cheap, and any thread may read.
class page {
 public:
  /// No page at all, as at the end of a walk: `valid()` is false, there are no runs.
  page() = default;
  explicit page(std::shared_ptr<detail::page_data const> data) : data_(std::move(data)) {}

  bool valid() const noexcept { return data_ != nullptr; }
  explicit operator bool() const noexcept { return valid(); }

  /// The runs as they came. Iterating counts no references: the page must outlive the loop.
  std::span<run const> runs() const noexcept {
    return data_ ? std::span<run const>(data_->runs) : std::span<run const>{};
  }
  auto begin() const noexcept { return runs().begin(); }
  auto end() const noexcept { return runs().end(); }
  std::size_t size() const noexcept { return runs().size(); }
  bool empty() const noexcept { return runs().empty(); }

  /// Requires: `index < size()`.
  run const& operator[](std::size_t index) const noexcept { return data_->runs[index]; }

  /// A run that keeps this page (body and all, about 500 KB for 100 runs) alive.
  run_ptr share(std::size_t index) const noexcept { return run_ptr(data_, &data_->runs[index]); }

  /// A page of only the runs at these indices, in this order. Everything else is as here.
  page select(std::span<std::size_t const> indices) const;

  /// Requires: `valid()`, as for the rest.
  simruns::pagination const& pagination() const noexcept { return data_->paging; }

  /// What was odd, in the order of the body; those of a run are also `run::issues`.
  std::span<issue const> issues() const noexcept {
    return data_->origin ? data_->origin->issues : data_->issues;
  }

  /// Issues beyond the limit of `parse_limits`, counted but not kept.
  std::size_t issues_dropped() const noexcept { return data_->issues_dropped; }

  /// Members beside `data` and `pagination`.
  std::span<extra_member const> extra() const noexcept { return data_->extra; }

  /// The body as it came, runs that were not selected included.
  std::string_view body() const noexcept {
    return data_->origin ? data_->origin->body : data_->body;
  }

 private:
  std::shared_ptr<detail::page_data const> data_;
};

inline page page::select(std::span<std::size_t const> indices) const {
  auto out = std::make_shared<detail::page_data>();
  out->origin = data_->origin ? data_->origin : data_;
  out->paging = data_->paging;
  out->issues_dropped = data_->issues_dropped;
  out->extra = data_->extra;
  out->runs.reserve(indices.size());
  for (auto const i : indices) out->runs.push_back(data_->runs[i]);
  return page(std::move(out));
}

}  // namespace simruns
