#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/stored_run.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator {

namespace detail {

inline std::string member_text(boost::json::object const& object, std::string_view name) {
  auto const* value = object.if_contains({name.data(), name.size()});
  if (value == nullptr || !value->is_string()) return {};
  auto const& text = value->get_string();
  return {text.data(), text.size()};
}

/// A whole number, also one written as `7.0`; nothing if it is anything else.
inline std::optional<std::int64_t> member_integer(boost::json::object const& object,
                                                  std::string_view name) {
  auto const* value = object.if_contains({name.data(), name.size()});
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  if (!value->is_double()) return std::nullopt;
  double const number = value->get_double();
  if (!(number > -9.0e15 && number < 9.0e15)) return std::nullopt;
  auto const whole = static_cast<std::int64_t>(number);
  if (static_cast<double>(whole) != number) return std::nullopt;
  return whole;
}

inline std::string required_text(boost::json::object const& run, std::string_view name) {
  auto text = member_text(run, name);
  if (text.empty()) {
    throw std::invalid_argument("`" + std::string{name} +
                                "` must be a text that is not empty: without it the run cannot be "
                                "served; add it, or leave the run out");
  }
  return text;
}

inline void take_metrics(stored_run& run, boost::json::object const& object) {
  auto const* value = object.if_contains("metrics");
  if (value == nullptr || !value->is_object()) return;
  auto const& metrics = value->get_object();
  run.status = member_text(metrics, "status");
  run.sentiment = member_text(metrics, "sentiment");
  auto const* success = metrics.if_contains("success");
  if (success != nullptr && success->is_bool()) run.success = success->get_bool();
}

inline void take_fields(stored_run& run, boost::json::object const& object) {
  run.id = member_text(object, "id");
  if (run.id.empty()) run.id = member_text(object, "_id");
  if (run.id.empty()) run.id = required_text(object, "id");
  run.key.project = required_text(object, "projectReference");
  run.key.scenario = required_text(object, "simulationReference");
  run.key.batch = required_text(object, "simulationRunBatchReference");
  run.created_by = member_text(object, "createdBy");
  run.end_point_type = member_text(object, "endPointType");
  run.model = member_text(object, "largeLanguageModelReferenceId");
  run.expires_at = member_text(object, "expiresAt");
  run.sequence = member_integer(object, "sequence");
  run.created_at = member_integer(object, "createdAt");
  run.duration = member_integer(object, "duration");
  run.total_turns = member_integer(object, "totalTurns");
  run.max_turns = member_integer(object, "maxTurns");
}

}  // namespace detail

SIMRUNS_INLINE stored_run parse_run(std::string json) {
  boost::json::monotonic_resource memory;
  boost::json::parse_options options;
  options.max_depth = 512;
  boost::system::error_code error;
  auto const value = boost::json::parse(json, error, &memory, options);
  if (error) {
    throw std::invalid_argument("not JSON (" + error.message() +
                                "): each line must be the whole JSON object of one run");
  }
  if (!value.is_object()) {
    throw std::invalid_argument("a JSON value that is not an object: each line must be one run");
  }
  stored_run run;
  detail::take_fields(run, value.get_object());
  detail::take_metrics(run, value.get_object());
  run.json = std::move(json);
  return run;
}

}  // namespace simruns::simulator
