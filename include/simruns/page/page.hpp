#pragma once

#include "simruns/fwd.hpp"
#include "simruns/page/maybe.hpp"
#include "simruns/page/run.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns {

class page;

namespace detail {
struct page_data;
}  // namespace detail

struct page_notes;
struct run_remark;
page remark_on(page const& whole, std::vector<run_remark> remarks);
std::string shown_text(page const& of, std::string_view text);
page with_notes(page const& whole, page_notes notes);

/// What a page says of its place in the batch. Its texts live as long as the page.
struct pagination {
  maybe<std::int64_t> limit;  ///< How many runs the server puts on a page.
  maybe<std::int64_t> skip;   ///< How many runs the server passed over.
  maybe<std::int64_t> total;  ///< How many runs the batch has: a hint, since a live batch grows.
  maybe<bool> has_next;
  maybe<bool> has_previous;
  maybe<std::string_view> next;      ///< The opaque cursor of the next page, if there is one.
  maybe<std::string_view> previous;  ///< The opaque cursor of the previous page, if there is one.
  std::span<extra_member const> extra;  ///< The members that the contract does not name.
};

/// One response of the server: its runs, its place in the batch, what decoding found to be odd.
/// A page is a handle on shared, immutable data: a copy is cheap, and any thread may read it.
///
/// What points into a page lives as long as some copy of the page, so no accessor gives a view, a
/// reference or an iterator of a temporary page: name the page first, `page p = co_await ...;`.
class page {
 public:
  /// Makes no page, as at the end of a walk: `valid()` is false, and there are no runs.
  page() = default;
  explicit page(std::shared_ptr<detail::page_data const> data) noexcept : data_(std::move(data)) {}

  /// Whether this is a page at all.
  bool valid() const noexcept { return data_ != nullptr; }
  explicit operator bool() const noexcept { return valid(); }

  /// The runs in the order in which they came. Iterating over them counts no references.
  std::span<run const> runs() const& noexcept;
  std::span<run const> runs() const&& = delete;

  auto begin() const& noexcept { return runs().begin(); }
  void begin() const&& = delete;
  auto end() const& noexcept { return runs().end(); }
  void end() const&& = delete;

  std::size_t size() const noexcept;
  bool empty() const noexcept { return size() == 0; }

  /// The run at `index`. Requires: `index < size()`.
  run const& operator[](std::size_t index) const& noexcept;
  run const& operator[](std::size_t index) const&& = delete;

  /// The run at `index` as a pointer that keeps this page alive, body and all: about 500 KB for 100
  /// runs. Requires: `index < size()`.
  run_ptr share(std::size_t index) const noexcept;

  /// A page of only the runs at these indices, in this order; everything else is as here. Requires:
  /// `valid()`, and that each index is below `size()`.
  page select(std::span<std::size_t const> indices) const;

  /// The page's place in the batch. Requires: `valid()`.
  simruns::pagination const& pagination() const& noexcept;
  simruns::pagination const& pagination() const&& = delete;

  /// The issues that decoding found, in the order of the body; those of a run are also in
  /// `run::issues`. Requires: `valid()`.
  std::span<issue const> issues() const& noexcept;
  std::span<issue const> issues() const&& = delete;

  /// The runs that were left out, each of which is an issue as well. Requires: `valid()`.
  std::span<bad_run const> bad_runs() const& noexcept;
  std::span<bad_run const> bad_runs() const&& = delete;

  /// How many issues were counted but not kept, being beyond `parse_limits::max_issues`. Requires:
  /// `valid()`.
  std::size_t issues_dropped() const noexcept;

  /// The bytes of memory that this page takes with what it points into, which copies and selections
  /// of it share. What `gather` made counts without the pages that it is made of.
  std::size_t capacity() const noexcept;

  /// The members of the body beside `data` and `pagination`. Requires: `valid()`.
  std::span<extra_member const> extra() const& noexcept;
  std::span<extra_member const> extra() const&& = delete;

  /// The body as it came, with the runs that a selection left out; empty in a page that `gather`
  /// made. Requires: `valid()`.
  std::string_view body() const& noexcept;
  std::string_view body() const&& = delete;

 private:
  friend page remark_on(page const&, std::vector<run_remark>);
  friend page with_notes(page const&, page_notes);
  friend std::string shown_text(page const&, std::string_view);

  std::shared_ptr<detail::page_data const> data_;
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/page/impl/page.ipp"
#endif
