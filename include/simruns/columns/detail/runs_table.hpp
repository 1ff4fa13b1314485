#pragma once

#include "simruns/columns/detail/row_visitors.hpp"
#include "simruns/columns/tables.hpp"
#include "simruns/page/page.hpp"
#include "simruns/page/verdict.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

/// The columns of the table `runs`.
namespace simruns::detail {

inline constexpr success_rate blank_success_rate{};
inline constexpr error_info blank_error_info{};

// The words that a dictionary begins with, so that they have the same numbers in every table.
inline constexpr std::array first_verdicts{
    to_string(verdict::success),       to_string(verdict::failure),
    to_string(verdict::agent_error),   to_string(verdict::platform_error),
    to_string(verdict::unknown_error), to_string(verdict::stopped),
    to_string(verdict::pending),
};
inline constexpr std::array<std::string_view, 3> first_statuses{"SUCCESS", "FAILED", "ERROR"};
inline constexpr std::array<std::string_view, 3> first_sentiments{"positive", "negative",
                                                                  "neutral"};
inline constexpr std::array<std::string_view, 5> first_categories{
    "NONE", "LLM_PROVIDER_ERROR", "AI_AGENT_TIMEOUT", "AI_AGENT_ERROR", "UNKNOWN"};

template <class Enum>
maybe<std::string_view> text_of(maybe<open_enum<Enum>> const& value) {
  if (!value) return {};
  return value->text;
}

inline bool put_results(run const& r, auto& sink) {
  if (!r.metrics.results) return false;
  put_array(*r.metrics.results, sink);
  return true;
}

struct run_row {
  run const* of = &blank_run;
  std::string_view verdict;
  bool contradictory = false;
  maybe<std::string_view> scenario_name;

  void visit(auto out) const {
    run const& r = *of;
    visit_batch(r, out);
    out.value("run_id", r.id);
    out.word("scenario_name", scenario_name);
    out.word("organisation", r.organisation);
    out.value("sequence", r.sequence);
    out.word("large_language_model", r.large_language_model);
    out.word("endpoint_type", r.endpoint_type);
    out.value("total_turns", r.total_turns);
    out.value("max_turns", r.max_turns);
    out.value("n_turns", static_cast<std::int64_t>(r.turns.size()));
    out.value("n_criteria", static_cast<std::int64_t>(r.criteria.size()));

    out.word("verdict", verdict, first_verdicts);
    out.value("contradictory", contradictory);
    out.word("status", text_of(r.metrics.status), first_statuses);
    out.value("success", r.metrics.success);
    out.word("sentiment", text_of(r.metrics.sentiment), first_sentiments);
    out.value("success_numerator", rate().numerator);
    out.value("success_denominator", rate().denominator);
    out.value("success_percentage", rate().percentage);
    out.value("summary", r.metrics.summary);
    out.value("is_batch_stopped", r.metrics.is_batch_stopped);
    out.value("is_conversation_ended", r.metrics.is_conversation_ended);
    out.word("error_category", text_of(error().category), first_categories);
    out.value("error_message", error().message);
    out.value("error_technical_details", error().technical_details);

    out.value("created_at", r.created_at);
    out.word("created_by", r.created_by);
    out.value("duration_ms", r.duration_ms);
    out.value("expires_at", r.expires_at);
    out.composed("results", [&](auto& sink) { return put_results(r, sink); });
    out.composed("extra", [&](auto& sink) { return put_extra(r, sink); });
    out.value("n_issues", n_issues());
  }

 private:
  success_rate const& rate() const noexcept {
    return of->metrics.success_rate ? *of->metrics.success_rate : blank_success_rate;
  }
  error_info const& error() const noexcept {
    return of->metrics.error_info ? *of->metrics.error_info : blank_error_info;
  }

  /// All that was odd, also what the page did not keep.
  std::int64_t n_issues() const noexcept {
    return static_cast<std::int64_t>(of->issues.size() + of->issues_dropped);
  }
};

inline maybe<std::string_view> name_of_scenario(run const& r, scenario_names const& names) {
  if (names.empty() || !r.scenario) return {};
  auto const found = names.find(*r.scenario);
  if (found == names.end()) return {};
  return std::string_view(found->second);
}

/// Rows with what is no word: `verdict` is empty.
inline std::vector<run_row> run_rows(page const& source) {
  std::vector<run_row> out;
  out.reserve(source.size());
  for (auto const& r : source) out.push_back({&r, {}, is_contradictory(r), {}});
  return out;
}

/// Rows with the words alone: `contradictory` is false.
inline std::vector<run_row> run_word_rows(page const& source, scenario_names const& names) {
  std::vector<run_row> out;
  out.reserve(source.size());
  for (auto const& r : source) {
    out.push_back({&r, to_string(verdict_of(r)), false, name_of_scenario(r, names)});
  }
  return out;
}

}  // namespace simruns::detail
