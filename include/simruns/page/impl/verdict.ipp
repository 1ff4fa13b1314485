#pragma once

#include "simruns/config.hpp"
#include "simruns/json/object_members.hpp"
#include "simruns/page/verdict.hpp"

#include <optional>
#include <string_view>

namespace simruns {

namespace detail {

/// What one result of the criteria says of its criterion.
SIMRUNS_INLINE maybe<bool> success_of_result(std::string_view json) {
  text_reader texts;
  said_success said;
  for (object_members m(json); m.next();) {
    said.see(texts.read(m.key()), m.value());
  }
  return said.value();
}

/// Whether every result of the criteria succeeded. One that did not decides. Without one, nothing
/// is known if there is no result, or if one does not say.
SIMRUNS_INLINE std::optional<bool> results_agree(metrics const& m) {
  if (!m.results || m.results->empty()) return std::nullopt;
  bool all_say = true;
  for (std::string_view const json : *m.results) {
    auto const said = success_of_result(json);
    if (said && !*said) return false;
    all_say = all_say && said.has_value();
  }
  return all_say ? std::optional{true} : std::nullopt;
}

/// Whether nothing has been said yet: no member has a value, but for flags that are off.
SIMRUNS_INLINE bool says_nothing(metrics const& m) noexcept {
  bool const results = m.results && !m.results->empty();
  return !m.status && !m.success && !results && !m.sentiment && !m.summary && !m.success_rate &&
         !m.error_info && !m.is_batch_stopped.value_or(false) &&
         !m.is_conversation_ended.value_or(false) && m.extra.empty();
}

SIMRUNS_INLINE verdict verdict_of_error(metrics const& m) {
  if (!m.error_info || !m.error_info->category) return verdict::unknown_error;
  switch (m.error_info->category->value) {
    case error_origin::agent_timeout:
    case error_origin::agent_error:
      return verdict::agent_error;
    case error_origin::llm_provider:
      return verdict::platform_error;
    default:
      return verdict::unknown_error;
  }
}

}  // namespace detail

SIMRUNS_INLINE verdict verdict_of(run const& run) {
  auto const& m = run.metrics;
  if (detail::says_nothing(m)) return verdict::pending;
  auto const status = m.status ? m.status->value : run_status::unknown;
  // A conversation that was cut off says nothing of the agent, whatever was noted beside it.
  bool const cut_off =
      m.is_batch_stopped.value_or(false) && !m.is_conversation_ended.value_or(false);
  if (status == run_status::success) return verdict::success;
  if (status == run_status::error) return detail::verdict_of_error(m);
  if (cut_off) return verdict::stopped;
  if (status == run_status::failed) return verdict::failure;
  if (m.success) return *m.success ? verdict::success : verdict::failure;
  if (auto const agreed = detail::results_agree(m)) {
    return *agreed ? verdict::success : verdict::failure;
  }
  return verdict::unknown_error;
}

SIMRUNS_INLINE bool is_contradictory(run const& run) {
  auto const& m = run.metrics;
  std::optional<bool> said;
  bool clash = false;
  auto const hear = [&](bool success) {
    clash = clash || (said && *said != success);
    said = success;
  };
  if (m.status && m.status->value != run_status::unknown) {
    hear(m.status->value == run_status::success);
  }
  if (m.success) hear(*m.success);
  if (auto const agreed = detail::results_agree(m)) hear(*agreed);
  return clash;
}

}  // namespace simruns
