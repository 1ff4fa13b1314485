#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/query/run_query.hpp"

#include <utility>

namespace simruns {

SIMRUNS_INLINE run_query::run_query(std::string project, std::string scenario, std::string batch)
    : project_(std::move(project)), scenario_(std::move(scenario)), batch_(std::move(batch)) {
  check_reference("project", project_);
  check_reference("scenario", scenario_);
  check_reference("batch", batch_);
}

SIMRUNS_INLINE run_query& run_query::sort(std::string order) {
  check_text("sort", order);
  sort_ = std::move(order);
  return *this;
}

SIMRUNS_INLINE run_query& run_query::filter(std::string expression) {
  check_text("filter", expression);
  filter_ = std::move(expression);
  return *this;
}

SIMRUNS_INLINE run_query& run_query::endpoint_type(std::string type) {
  check_text("endpoint_type", type);
  endpoint_type_ = std::move(type);
  return *this;
}

SIMRUNS_INLINE run_query& run_query::page_size(int runs) {
  if (runs < 1 || runs > 100) {
    throw request_error(errc::invalid_argument,
                        "page_size is " + std::to_string(runs) + "; give 1 to 100");
  }
  page_size_ = runs;
  return *this;
}

SIMRUNS_INLINE run_query& run_query::skip(std::int64_t runs) {
  if (runs < 0) {
    throw request_error(errc::invalid_argument,
                        "skip is " + std::to_string(runs) + "; give 0 or more");
  }
  skip_ = runs;
  return *this;
}

SIMRUNS_INLINE run_query& run_query::max_runs(std::int64_t runs) {
  if (runs < 1) {
    throw request_error(errc::invalid_argument,
                        "max_runs is " + std::to_string(runs) + "; give 1 or more");
  }
  max_runs_ = runs;
  return *this;
}

SIMRUNS_INLINE run_query& run_query::start_at(std::string_view position_or_cursor) {
  if (position_or_cursor.empty()) {
    throw request_error(errc::invalid_argument,
                        "start_at is empty; give a position or a cursor, or leave it out");
  }
  check_text("start_at", position_or_cursor);
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
  return *this;
}

SIMRUNS_INLINE run_query& run_query::start_before(std::string previous_cursor) {
  if (previous_cursor.empty()) {
    throw request_error(errc::invalid_argument,
                        "start_before is empty; give the previous cursor of a page");
  }
  check_text("start_before", previous_cursor);
  start_.emplace();
  start_->page = page_start::at_previous(std::move(previous_cursor));
  return *this;
}

SIMRUNS_INLINE run_query& run_query::walk(walk_mode how) {
  walk_ = how;
  return *this;
}

SIMRUNS_INLINE run_query& run_query::strict(bool on) {
  strict_ = on;
  return *this;
}

SIMRUNS_INLINE run_query& run_query::skip_bad_runs(bool on) {
  skip_bad_runs_ = on;
  return *this;
}

SIMRUNS_INLINE run_query& run_query::allow_incomplete(bool on) {
  allow_incomplete_ = on;
  return *this;
}

SIMRUNS_INLINE std::uint64_t run_query::digest() const noexcept {
  std::uint64_t hash = 0xcbf29ce484222325u;
  auto const mix = [&hash](std::string_view text) {
    for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    // No byte has this value, so fields do not run together.
    hash = (hash ^ 0x100u) * 0x100000001b3u;
  };
  for (auto const* text : {&project_, &scenario_, &batch_, &sort_, &filter_, &endpoint_type_}) {
    mix(*text);
  }
  return (hash ^ static_cast<unsigned>(page_size_)) * 0x100000001b3u;
}

SIMRUNS_INLINE void run_query::check_reference(std::string_view name, std::string_view value) {
  if (value.empty() || value == "." || value == "..") {
    throw request_error(errc::invalid_argument, std::string(name) + " is '" + std::string(value) +
                                                    "'; give the reference that the API shows");
  }
  check_text(name, value);
}

SIMRUNS_INLINE void run_query::check_text(std::string_view name, std::string_view value) {
  for (char c : value) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      throw request_error(errc::invalid_argument,
                          std::string(name) + " holds a control character; remove it");
    }
  }
}

}  // namespace simruns
