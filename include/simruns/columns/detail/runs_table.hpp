#pragma once

#include "simruns/columns/detail/spec.hpp"
#include "simruns/page/page.hpp"
#include "simruns/page/verdict.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>

/// The columns of the table `runs`.
namespace simruns::detail {

template <class Enum>
maybe<std::string_view> text_of(maybe<open_enum<Enum>> const& value) {
  if (!value) return {};
  return value->text;
}

template <class T>
maybe<T> rate_part(run const& r, maybe<T> success_rate::* part) {
  if (!r.metrics.success_rate) return {};
  return (*r.metrics.success_rate).*part;
}

inline maybe<std::string_view> error_part(run const& r,
                                          maybe<std::string_view> error_info::* part) {
  if (!r.metrics.error_info) return {};
  return (*r.metrics.error_info).*part;
}

inline maybe<std::string_view> category_of(run const& r) {
  if (!r.metrics.error_info) return {};
  return text_of(r.metrics.error_info->category);
}

inline bool put_results(run const& r, auto& sink) {
  if (!r.metrics.results) return false;
  put_array(*r.metrics.results, sink);
  return true;
}

/// All that was odd, also what the page did not keep.
inline std::int64_t count_issues(run const& r) {
  return static_cast<std::int64_t>(r.issues.size() + r.issues_dropped);
}

inline std::int64_t count(auto const& items) { return static_cast<std::int64_t>(items.size()); }

/// Who a run is and where it ran.
inline auto const& run_identity_columns() {
  static constexpr std::tuple columns{
      value_column<run>("id", [](run const& r) { return r.id; }),
      word_column<run>("organisation", [](run const& r) { return r.organisation; }),
      word_column<run>("project", [](run const& r) { return r.project; }),
      word_column<run>("scenario", [](run const& r) { return r.scenario; }),
      word_column<run>("batch", [](run const& r) { return r.batch; }),
      value_column<run>("sequence", [](run const& r) { return r.sequence; }),
      word_column<run>("large_language_model", [](run const& r) { return r.large_language_model; }),
      word_column<run>("endpoint_type", [](run const& r) { return r.endpoint_type; }),
      value_column<run>("total_turns", [](run const& r) { return r.total_turns; }),
      value_column<run>("max_turns", [](run const& r) { return r.max_turns; }),
      value_column<run>("n_turns", [](run const& r) { return count(r.turns); }),
      value_column<run>("n_criteria", [](run const& r) { return count(r.criteria); }),
  };
  return columns;
}

/// How a run ended.
inline auto const& run_outcome_columns() {
  static constexpr std::tuple columns{
      word_column<run>("verdict", [](run const& r) { return to_string(verdict_of(r)); }),
      value_column<run>("contradictory", [](run const& r) { return is_contradictory(r); }),
      word_column<run>("status", [](run const& r) { return text_of(r.metrics.status); }),
      value_column<run>("success", [](run const& r) { return r.metrics.success; }),
      word_column<run>("sentiment", [](run const& r) { return text_of(r.metrics.sentiment); }),
      value_column<run>("success_numerator",
                        [](run const& r) { return rate_part(r, &success_rate::numerator); }),
      value_column<run>("success_denominator",
                        [](run const& r) { return rate_part(r, &success_rate::denominator); }),
      value_column<run>("success_percentage",
                        [](run const& r) { return rate_part(r, &success_rate::percentage); }),
      value_column<run>("summary", [](run const& r) { return r.metrics.summary; }),
      value_column<run>("is_batch_stopped",
                        [](run const& r) { return r.metrics.is_batch_stopped; }),
      value_column<run>("is_conversation_ended",
                        [](run const& r) { return r.metrics.is_conversation_ended; }),
      word_column<run>("error_category", [](run const& r) { return category_of(r); }),
      value_column<run>("error_message",
                        [](run const& r) { return error_part(r, &error_info::message); }),
      value_column<run>("error_technical_details",
                        [](run const& r) { return error_part(r, &error_info::technical_details); }),
  };
  return columns;
}

/// When, by whom, and all the rest.
inline auto const& run_record_columns() {
  static constexpr std::tuple columns{
      value_column<run>("created_at", [](run const& r) { return r.created_at; }),
      word_column<run>("created_by", [](run const& r) { return r.created_by; }),
      value_column<run>("duration_ms", [](run const& r) { return r.duration_ms; }),
      value_column<run>("expires_at", [](run const& r) { return r.expires_at; }),
      composed_column<run>("results",
                           [](run const& r, auto& sink) { return put_results(r, sink); }),
      composed_column<run>("extra", [](run const& r, auto& sink) { return put_extra(r, sink); }),
      value_column<run>("n_issues", [](run const& r) { return count_issues(r); }),
  };
  return columns;
}

struct run_table {
  using row = run;

  static std::span<run const> rows(page const& source, std::int64_t) { return source.runs(); }
  static std::size_t count(page const& source) { return source.size(); }
  static auto columns() {
    return std::tuple_cat(run_identity_columns(), run_outcome_columns(), run_record_columns());
  }
};

}  // namespace simruns::detail
