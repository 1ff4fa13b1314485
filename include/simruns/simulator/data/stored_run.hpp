#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <compare>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator {

/// The address of a batch. A batch belongs to one scenario, a scenario to one project.
struct batch_key {
  std::string project;   ///< `projectReference`
  std::string scenario;  ///< `simulationReference`
  std::string batch;     ///< `simulationRunBatchReference`

  friend auto operator<=>(batch_key const&, batch_key const&) = default;
};

/// A run as the Simulator keeps it: its own JSON text, served byte for byte, and the values that
/// `sort` and `filter` look at. A text that the run does not have is empty.
struct stored_run {
  std::string json;
  std::string id;
  batch_key key;
  std::string created_by;
  std::string end_point_type;
  std::string model;  ///< `largeLanguageModelReferenceId`
  std::string expires_at;
  std::string status;     ///< `metrics.status`
  std::string sentiment;  ///< `metrics.sentiment`
  std::optional<bool> success;
  std::optional<std::int64_t> sequence;
  std::optional<std::int64_t> created_at;  ///< As it stands in the run: milliseconds, usually.
  std::optional<std::int64_t> duration;    ///< Milliseconds.
  std::optional<std::int64_t> total_turns;
  std::optional<std::int64_t> max_turns;
};

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

/// Makes a stored run of one run's JSON text, and keeps that text as it is. An id (`id` or `_id`)
/// and the three references are required; an odd value elsewhere only cannot be sorted by.
/// Throws: std::invalid_argument, which says what is wrong and what to do.
inline stored_run parse_run(std::string json) {
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
