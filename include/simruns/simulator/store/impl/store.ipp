#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/live/detail/timeline.hpp"
#include "simruns/simulator/live/virtual_clock.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"
#include "simruns/simulator/store/detail/cursor.hpp"
#include "simruns/simulator/store/detail/page_query.hpp"
#include "simruns/simulator/store/detail/ranking_cache.hpp"
#include "simruns/simulator/store/detail/store.hpp"
#include "simruns/text/base64.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

namespace simruns::simulator::detail {

SIMRUNS_INLINE stored_page store::page(page_query const& query) const {
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

SIMRUNS_INLINE std::shared_ptr<ranking const> store::ranking_of(page_query const& query) const {
  if (!life_)
    return rankings_.find(query, 0, [&]() -> auto const& { return runs_->runs_of(query.batch); });
  auto const now = clock_->now();
  auto const state = life_->state_at(query.batch, now);
  return rankings_.find(query, state, [&] { return life_->runs_at(query.batch, now); });
}

SIMRUNS_INLINE store::range store::locate(page_query const& query, ranking const& ranked,
                                          std::uint64_t query_digest) {
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

SIMRUNS_INLINE std::string store::decoded(std::string const& text, std::string const& field) {
  auto bytes = simruns::detail::base64url_decode(text);
  if (!bytes) throw foreign(field);
  return *std::move(bytes);
}

SIMRUNS_INLINE cursor store::checked(std::string const& text, page_query const& query,
                                     std::uint64_t query_digest, direction way,
                                     std::string const& field) {
  auto cursor = read_cursor(text, query_digest, way, query.order.keys().size());
  if (!cursor) throw foreign(field);
  return *std::move(cursor);
}

SIMRUNS_INLINE std::size_t store::first_index(ordering const& order, ranking const& ranked,
                                              cursor const& cursor) {
  if (cursor.where == cursor::edge::begin) return 0;
  if (cursor.where == cursor::edge::end) return ranked.size();
  int const inside = cursor.way == direction::forward ? 0 : -1;
  auto const found = std::partition_point(ranked.begin(), ranked.end(), [&](stored_run const* run) {
    return order.compare(*run, cursor.position) <= inside;
  });
  return static_cast<std::size_t>(std::distance(ranked.begin(), found));
}

SIMRUNS_INLINE std::string store::next_cursor(ordering const& order, ranking const& ranked,
                                              range page, std::uint64_t query_digest) {
  cursor at;
  at.way = direction::forward;
  at.where = page.last == 0 ? cursor::edge::begin : cursor::edge::at;
  if (page.last != 0) at.position = order.position_of(*ranked[page.last - 1]);
  return simruns::detail::base64url_encode(cursor_text(at, query_digest));
}

SIMRUNS_INLINE std::string store::previous_cursor(ordering const& order, ranking const& ranked,
                                                  range page, std::uint64_t query_digest) {
  cursor at;
  at.way = direction::backward;
  bool const beyond = page.first == ranked.size();
  at.where = beyond ? cursor::edge::end : cursor::edge::at;
  if (!beyond) at.position = order.position_of(*ranked[page.first]);
  return simruns::detail::base64url_encode(cursor_text(at, query_digest));
}

}  // namespace simruns::simulator::detail
