#pragma once

#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/live/detail/timeline.hpp"
#include "simruns/simulator/live/virtual_clock.hpp"
#include "simruns/simulator/store/detail/cursor.hpp"
#include "simruns/simulator/store/detail/page_query.hpp"
#include "simruns/simulator/store/detail/ranking_cache.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"
#include "simruns/text/base64.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace simruns::simulator {

/// A page of runs and the contract's `pagination` beside it.
struct stored_page {
  std::vector<stored_run const*> runs;  ///< Valid as long as the data set.
  std::size_t limit = 0;
  std::size_t skip = 0;    ///< As asked; beside a cursor the index of the first run.
  std::int64_t total = 0;  ///< Runs of the batch that pass the filter.
  bool has_next = false;
  bool has_previous = false;
  std::optional<std::string> next;      ///< There if `has_next`.
  std::optional<std::string> previous;  ///< There if `has_previous`.
};

/// Answers queries from a data set, the same for `skip` and for cursors in both directions. A batch
/// that is not in it is empty. Orders that were computed are kept, so deep pages cost no sorting.
/// With a timeline, a page shows the runs as they are at that moment of the clock. Threads: any.
class store {
 public:
  explicit store(std::shared_ptr<dataset const> runs) : runs_{std::move(runs)} {}

  store(std::shared_ptr<dataset const> runs, std::shared_ptr<timeline const> life,
        std::shared_ptr<virtual_clock const> clock)
      : runs_{std::move(runs)}, life_{std::move(life)}, clock_{std::move(clock)} {}

  dataset const& runs() const noexcept { return *runs_; }

  /// Throws: refusal for a cursor that is not of this query.
  stored_page page(page_query const& query) const {
    auto const ranked = ranking_of(query);
    auto const digest_of_query = digest(query);
    auto const span = locate(query, *ranked, digest_of_query);
    stored_page page;
    page.runs.assign(at(*ranked, span.first), at(*ranked, span.last));
    page.limit = query.limit;
    page.total = static_cast<std::int64_t>(ranked->size());
    bool const by_cursor = query.next || query.previous;
    page.skip = by_cursor ? span.first : query.skip;
    page.has_next = span.last < ranked->size();
    page.has_previous = span.first > 0;
    if (page.has_next) page.next = next_cursor(query.order, *ranked, span, digest_of_query);
    if (page.has_previous)
      page.previous = previous_cursor(query.order, *ranked, span, digest_of_query);
    return page;
  }

 private:
  std::shared_ptr<ranking const> ranking_of(page_query const& query) const {
    if (!life_)
      return rankings_.find(query, 0, [&]() -> auto const& { return runs_->runs_of(query.batch); });
    auto const now = clock_->now();
    auto const state = life_->state_at(query.batch, now);
    return rankings_.find(query, state, [&] { return life_->runs_at(query.batch, now); });
  }

  /// The half-open range of a page in its ranking.
  struct range {
    std::size_t first;
    std::size_t last;
  };

  static ranking::const_iterator at(ranking const& ranked, std::size_t index) {
    return ranked.begin() + static_cast<std::ptrdiff_t>(index);
  }

  static range locate(page_query const& query, ranking const& ranked, std::uint64_t query_digest) {
    std::size_t const size = ranked.size();
    if (query.previous) {
      auto const text = decoded(*query.previous, "previous");
      auto const cursor = checked(text, query, query_digest, direction::backward, "previous");
      auto const last = first_index(query.order, ranked, cursor);
      return {last - std::min(last, query.limit), last};
    }
    std::size_t first = std::min(query.skip, size);
    if (query.next) {
      auto const text = decoded(*query.next, "next");
      auto const cursor = checked(text, query, query_digest, direction::forward, "next");
      first = first_index(query.order, ranked, cursor);
    }
    return {first, first + std::min(query.limit, size - first)};
  }

  static refusal foreign(std::string const& field) {
    return {field, field +
                       " is not a cursor of this query: take it from the pagination of a page "
                       "of the same batch, filter, sort, limit and endPointType"};
  }

  static std::string decoded(std::string const& text, std::string const& field) {
    auto bytes = simruns::detail::base64url_decode(text);
    if (!bytes) throw foreign(field);
    return *std::move(bytes);
  }

  static cursor checked(std::string const& text, page_query const& query,
                        std::uint64_t query_digest, direction way, std::string const& field) {
    auto cursor = read_cursor(text, query_digest, way, query.order.keys().size());
    if (!cursor) throw foreign(field);
    return *std::move(cursor);
  }

  /// Index of the first run behind a forward cursor, or of the first not before a backward one.
  static std::size_t first_index(ordering const& order, ranking const& ranked,
                                 cursor const& cursor) {
    if (cursor.where == cursor::edge::begin) return 0;
    if (cursor.where == cursor::edge::end) return ranked.size();
    int const inside = cursor.way == direction::forward ? 0 : -1;
    auto const found = std::partition_point(
        ranked.begin(), ranked.end(),
        [&](stored_run const* run) { return order.compare(*run, cursor.place) <= inside; });
    return static_cast<std::size_t>(std::distance(ranked.begin(), found));
  }

  static std::string next_cursor(ordering const& order, ranking const& ranked, range page,
                                 std::uint64_t query_digest) {
    cursor at;
    at.way = direction::forward;
    at.where = page.last == 0 ? cursor::edge::begin : cursor::edge::at;
    if (page.last != 0) at.place = order.place_of(*ranked[page.last - 1]);
    return simruns::detail::base64url_encode(cursor_text(at, query_digest));
  }

  static std::string previous_cursor(ordering const& order, ranking const& ranked, range page,
                                     std::uint64_t query_digest) {
    cursor at;
    at.way = direction::backward;
    bool const beyond = page.first == ranked.size();
    at.where = beyond ? cursor::edge::end : cursor::edge::at;
    if (!beyond) at.place = order.place_of(*ranked[page.first]);
    return simruns::detail::base64url_encode(cursor_text(at, query_digest));
  }

  std::shared_ptr<dataset const> runs_;
  std::shared_ptr<timeline const> life_;  ///< None: all runs are there, and settled.
  std::shared_ptr<virtual_clock const> clock_;
  mutable ranking_cache rankings_;
};

}  // namespace simruns::simulator
