#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/query/position.hpp"
#include "simruns/query/resource.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simruns {

/// How a walk asks for its pages.
enum class walk_mode {
  automatic,  ///< As `windows` if the batch looks settled and has several pages, else `cursor`.
  cursor,     ///< One page after another, each by the cursor of the page before it.
  windows,    ///< Several pages at a time, by `skip`; on any doubt again from the start, by cursor.
};

/// What the server is asked for, in which order, and how to walk over the pages of it: what a walk
/// knows of `run_query`, `scenarios_query` and `batches_query`, which make it. A setting that is of
/// no use to one of them has its default there.
class list_query {
 public:
  resource of() const noexcept { return of_; }
  std::string const& project() const noexcept { return project_; }
  std::string const& scenario() const noexcept { return scenario_; }
  std::string const& batch() const noexcept { return batch_; }
  std::string const& run() const noexcept { return run_; }
  std::string const& sort() const noexcept { return sort_; }
  std::string const& filter() const noexcept { return filter_; }
  std::string const& endpoint_type() const noexcept { return endpoint_type_; }
  std::string const& status() const noexcept { return status_; }
  int page_size() const noexcept { return page_size_; }
  std::int64_t skip() const noexcept { return skip_; }
  std::optional<std::int64_t> max_items() const noexcept { return max_items_; }
  std::optional<position> const& start() const noexcept { return start_; }
  walk_mode walk() const noexcept { return walk_; }
  bool strict() const noexcept { return strict_; }
  bool skip_bad_runs() const noexcept { return skip_bad_runs_; }
  bool allow_incomplete() const noexcept { return allow_incomplete_; }

  /// Whether the server leaves out items by a filter, an endpoint type or a status.
  bool filtered() const noexcept {
    return !filter_.empty() || !endpoint_type_.empty() || !status_.empty();
  }

  /// A hash of all that decides which items come on which page in which order (FNV-1a, 64 bits). A
  /// position is of use only to a query with the same digest.
  std::uint64_t digest() const noexcept;

  /// The same query for pages of another size, 1 to 100, as for a walk that needs fewer items.
  list_query with_page_size(int items) const;

  /// The same query by another way of walking.
  list_query with_walk(walk_mode how) const;

 protected:
  list_query(resource of, std::string project);

  // Each of these checks its argument, and throws `request_error` (`errc::invalid_argument`).
  void set_scenario(std::string reference);
  void set_batch(std::string reference);
  void set_run(std::string id);
  void set_sort(std::string order);
  void set_filter(std::string expression);
  void set_endpoint_type(std::string type);
  void set_status(std::string word);
  void set_page_size(int items);
  void set_skip(std::int64_t items);
  void set_max_items(std::string_view name, std::int64_t items);
  void set_start_at(std::string_view position_or_cursor);
  void set_start_before(std::string previous_cursor);

  resource of_;
  std::string project_;
  std::string scenario_;
  std::string batch_;
  std::string run_;
  std::string sort_ = "createdAt:asc";
  std::string filter_;
  std::string endpoint_type_;
  std::string status_;
  int page_size_ = 100;
  std::int64_t skip_ = 0;
  std::optional<std::int64_t> max_items_;
  std::optional<position> start_;
  walk_mode walk_ = walk_mode::automatic;
  bool strict_ = false;
  bool skip_bad_runs_ = false;
  bool allow_incomplete_ = false;
};

/// The settings that every query of pages has. Each of its functions checks its argument and throws
/// `request_error` (`errc::invalid_argument`).
template <class Query>
class basic_list_query : public list_query {
 public:
  /// The order of the items: `field:asc` or `field:desc`, or several of these with commas between
  /// them. Default `createdAt:asc`, in which items that are added during a walk neither hide nor
  /// repeat another. Empty: the server's own order.
  Query& sort(std::string order) {
    set_sort(std::move(order));
    return self();
  }

  /// A filter of the server, which is sent as it is. Empty: no filter. Default empty.
  Query& filter(std::string expression) {
    set_filter(std::move(expression));
    return self();
  }

  /// Items that one request asks for, 1 to 100. Default 100.
  Query& page_size(int items) {
    set_page_size(items);
    return self();
  }

  /// Starts where another walk stood, at the text of a `position`, or at a `next` cursor. Default:
  /// the first page.
  Query& start_at(std::string_view position_or_cursor) {
    set_start_at(position_or_cursor);
    return self();
  }

  /// Whether a walk with fewer items than the server counted ends without an error. Default
  /// false: it ends with `errc::incomplete`, behind the last item.
  Query& allow_incomplete(bool on) {
    allow_incomplete_ = on;
    return self();
  }

  using list_query::allow_incomplete;
  using list_query::filter;
  using list_query::page_size;
  using list_query::sort;

 protected:
  using list_query::list_query;
  Query& self() noexcept { return static_cast<Query&>(*this); }
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/query/impl/list_query.ipp"
#endif
