#pragma once

#include "simruns/simulator/store/detail/bad_request.hpp"
#include "simruns/simulator/store/detail/cursor.hpp"
#include "simruns/simulator/store/detail/ordering.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simruns::simulator::detail {

/// Which page of a list is meant.
struct paging {
  std::size_t limit = 20;               ///< Items of a page, from 1 to 100. Default 20.
  std::size_t skip = 0;                 ///< Items to pass over. A cursor overrides it.
  std::optional<std::string> next;      ///< A cursor forward. Never beside `previous`.
  std::optional<std::string> previous;  ///< A cursor backward. Never beside `next`.
};

/// The contract's `pagination`.
struct list_pagination {
  std::size_t limit = 0;
  std::size_t skip = 0;    ///< What was asked for. By a cursor: the index of the first item.
  std::int64_t total = 0;  ///< The items of the list that pass the filters.
  bool has_next = false;
  bool has_previous = false;
  std::optional<std::string> next;      ///< The cursor forward, if `has_next`.
  std::optional<std::string> previous;  ///< The cursor backward, if `has_previous`.
};

/// The half-open range of a page in its list.
struct page_range {
  std::size_t first;
  std::size_t last;
};

/// Reads a cursor of a request; `text` gets what it stands for, and must live as long as the
/// result. Throws: bad_request for one that is not of this query.
cursor read_sent_cursor(paging const& asked, std::uint64_t query, std::size_t sort_keys,
                        std::string& text);

/// Writes a cursor as it stands in a URL.
std::string sent_cursor(cursor const& at, std::uint64_t query);

/// Hashes the parts of a query, by which a cursor tells whether it is of this query.
std::uint64_t digest_of(std::initializer_list<std::string_view> parts);

/// Finds pages in a sorted list, by `skip` and by cursors in both directions. Both arguments must
/// outlive it.
template <class Item>
class pager {
 public:
  using list = std::vector<Item const*>;

  pager(list const& ranked, item_ordering<Item> const& order) : ranked_{ranked}, order_{order} {}

  /// Where a page lies. Throws: bad_request for a cursor that is not of the query of this digest.
  page_range locate(paging const& asked, std::uint64_t query) const {
    std::size_t first = std::min(asked.skip, ranked_.size());
    if (asked.next || asked.previous) {
      std::string text;
      first = index_of(read_sent_cursor(asked, query, order_.keys().size(), text));
    }
    if (asked.previous) return {first - std::min(first, asked.limit), first};
    return {first, first + std::min(asked.limit, ranked_.size() - first)};
  }

  /// What is told of a page that lies there.
  list_pagination told(page_range page, paging const& asked, std::uint64_t query) const {
    list_pagination made;
    made.limit = asked.limit;
    made.total = static_cast<std::int64_t>(ranked_.size());
    made.skip = asked.next || asked.previous ? page.first : asked.skip;
    made.has_next = page.last < ranked_.size();
    made.has_previous = page.first > 0;
    if (made.has_next) made.next = sent_cursor(behind(page), query);
    if (made.has_previous) made.previous = sent_cursor(before(page), query);
    return made;
  }

 private:
  /// The index of the first item behind a forward cursor, or not before a backward one.
  std::size_t index_of(cursor const& sent) const {
    if (sent.where == cursor::edge::begin) return 0;
    if (sent.where == cursor::edge::end) return ranked_.size();
    int const inside = sent.way == direction::forward ? 0 : -1;
    auto const found = std::partition_point(ranked_.begin(), ranked_.end(), [&](Item const* item) {
      return order_.compare(*item, sent.position) <= inside;
    });
    return static_cast<std::size_t>(std::distance(ranked_.begin(), found));
  }

  cursor behind(page_range page) const {
    cursor at;
    at.way = direction::forward;
    at.where = page.last == 0 ? cursor::edge::begin : cursor::edge::at;
    if (page.last != 0) at.position = order_.position_of(*ranked_[page.last - 1]);
    return at;
  }

  cursor before(page_range page) const {
    bool const beyond = page.first == ranked_.size();
    cursor at;
    at.way = direction::backward;
    at.where = beyond ? cursor::edge::end : cursor::edge::at;
    if (!beyond) at.position = order_.position_of(*ranked_[page.first]);
    return at;
  }

  list const& ranked_;
  item_ordering<Item> const& order_;
};

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/store/impl/paging.ipp"
#endif
