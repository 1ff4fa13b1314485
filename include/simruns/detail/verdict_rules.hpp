#pragma once

#include "simruns/page/verdict.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <optional>

namespace simruns {

namespace detail {

/// Whether every result of the criteria succeeded; nothing if there is none, or one does not say.
inline std::optional<bool> results_agree(metrics const& m) {
  if (!m.results || m.results->empty()) return std::nullopt;
  bool all = true;
  boost::json::parse_options options;
  options.max_depth = 512;  // as deep as a page may be
  for (std::string_view json : *m.results) {
    boost::system::error_code failed;
    auto const value =
        boost::json::parse(boost::json::string_view(json.data(), json.size()), failed, {}, options);
    if (failed || !value.is_object()) return std::nullopt;
    auto const& object = value.get_object();
    auto const* said = object.if_contains("success");
    if (said == nullptr) said = object.if_contains("passed");
    if (said == nullptr || !said->is_bool()) return std::nullopt;
    all = all && said->get_bool();
  }
  return all;
}

inline verdict verdict_of_error(metrics const& m) {
  if (!m.error_info || !m.error_info->category) return verdict::unknown_error;
  switch (m.error_info->category->value) {
    case error_category::agent_timeout:
    case error_category::agent_error:
      return verdict::agent_error;
    case error_category::llm_provider:
      return verdict::platform_error;
    default:
      return verdict::unknown_error;
  }
}

}  // namespace detail

inline verdict verdict_of(run const& run) {
  auto const& m = run.metrics;
  if (m.empty) return verdict::pending;
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
  return verdict::pending;
}

inline bool is_contradictory(run const& run) {
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
