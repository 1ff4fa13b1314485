#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/query/list_query.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace simruns {

namespace detail {

SIMRUNS_INLINE void check_text(std::string_view name, std::string_view value) {
  for (char c : value) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      throw request_error(errc::invalid_argument,
                          std::string(name) + " holds a control character; remove it");
    }
  }
}

SIMRUNS_INLINE void check_reference(std::string_view name, std::string_view value) {
  if (value.empty() || value == "." || value == "..") {
    throw request_error(errc::invalid_argument, std::string(name) + " is '" + std::string(value) +
                                                    "'; give the reference that the API shows");
  }
  check_text(name, value);
}

SIMRUNS_INLINE void check_range(std::string_view name, std::int64_t value, std::int64_t least,
                                std::int64_t most, std::string_view advice) {
  if (value >= least && value <= most) return;
  throw request_error(errc::invalid_argument, std::string(name) + " is " + std::to_string(value) +
                                                  "; give " + std::string(advice));
}

}  // namespace detail

SIMRUNS_INLINE list_query::list_query(resource of, std::string project)
    : of_(of), project_(std::move(project)) {
  detail::check_reference("project", project_);
}

SIMRUNS_INLINE void list_query::set_scenario(std::string reference) {
  detail::check_reference("scenario", reference);
  scenario_ = std::move(reference);
}

SIMRUNS_INLINE void list_query::set_batch(std::string reference) {
  detail::check_reference("batch", reference);
  batch_ = std::move(reference);
}

SIMRUNS_INLINE void list_query::set_run(std::string id) {
  detail::check_reference("run", id);
  run_ = std::move(id);
}

SIMRUNS_INLINE void list_query::set_sort(std::string order) {
  detail::check_text("sort", order);
  sort_ = std::move(order);
}

SIMRUNS_INLINE void list_query::set_filter(std::string expression) {
  detail::check_text("filter", expression);
  filter_ = std::move(expression);
}

SIMRUNS_INLINE void list_query::set_endpoint_type(std::string type) {
  detail::check_text("endpoint_type", type);
  endpoint_type_ = std::move(type);
}

SIMRUNS_INLINE void list_query::set_status(std::string word) {
  detail::check_text("status", word);
  status_ = std::move(word);
}

SIMRUNS_INLINE void list_query::set_page_size(int items) {
  detail::check_range("page_size", items, 1, 100, "1 to 100");
  page_size_ = items;
}

SIMRUNS_INLINE void list_query::set_skip(std::int64_t items) {
  detail::check_range("skip", items, 0, std::numeric_limits<std::int64_t>::max(), "0 or more");
  skip_ = items;
}

SIMRUNS_INLINE void list_query::set_max_items(std::string_view name, std::int64_t items) {
  detail::check_range(name, items, 1, std::numeric_limits<std::int64_t>::max(), "1 or more");
  max_items_ = items;
}

SIMRUNS_INLINE void list_query::set_start_at(std::string_view position_or_cursor) {
  if (position_or_cursor.empty()) {
    throw request_error(errc::invalid_argument,
                        "start_at is empty; give a position or a cursor, or leave it out");
  }
  detail::check_text("start_at", position_or_cursor);
  auto parsed = position::parse(position_or_cursor);
  if (!parsed && position::marked(position_or_cursor)) {
    throw request_error(errc::invalid_argument,
                        "start_at is a damaged position; give it as it was written");
  }
  if (!parsed) {
    parsed.emplace();
    parsed->page = page_start::at_next(std::string(position_or_cursor));
  }
  start_ = std::move(parsed);
}

SIMRUNS_INLINE void list_query::set_start_before(std::string previous_cursor) {
  if (previous_cursor.empty()) {
    throw request_error(errc::invalid_argument,
                        "start_before is empty; give the previous cursor of a page");
  }
  detail::check_text("start_before", previous_cursor);
  start_.emplace();
  start_->page = page_start::at_previous(std::move(previous_cursor));
}

SIMRUNS_INLINE std::uint64_t list_query::digest() const noexcept {
  std::uint64_t hash = 0xcbf29ce484222325u;
  auto const mix = [&hash](std::string_view text) {
    for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    // No byte has this value, so fields do not run together.
    hash = (hash ^ 0x100u) * 0x100000001b3u;
  };
  for (auto const* text : {&project_, &scenario_, &batch_, &sort_, &filter_, &endpoint_type_}) {
    mix(*text);
  }
  if (of_ != resource::runs) {
    mix(status_);
    mix(plural_of(of_));
  }
  return (hash ^ static_cast<unsigned>(page_size_)) * 0x100000001b3u;
}

SIMRUNS_INLINE list_query list_query::with_page_size(int items) const {
  auto out = *this;
  out.set_page_size(items);
  return out;
}

SIMRUNS_INLINE list_query list_query::with_walk(walk_mode how) const {
  auto out = *this;
  out.walk_ = how;
  return out;
}

}  // namespace simruns
