#pragma once

#include "model.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string_view>
#include <vector>

/// What all variants are compared in: the page built up again from a variant's structs. Free values
/// are parsed, so that it does not matter how their text is written.
namespace bench {

namespace json = boost::json;

inline json::value normal(std::string_view text) {
  return json::string_view(text.data(), text.size());
}
inline json::value normal(std::int64_t number) { return number; }
inline json::value normal(bool value) { return value; }

/// To twelve digits: Boost 1.81 parses some doubles one unit in the last place off.
inline json::value normal(double number) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.12g", number);
  return json::string(text.data());
}

/// A free value, of which every variant keeps the text.
inline json::value normal_free(std::string_view text) {
  return json::parse(json::string_view(text.data(), text.size()));
}

template <class T>
void put(json::object& out, char const* name, T const& value) {
  out.emplace(name, normal(value));
}
template <class T>
void put(json::object& out, char const* name, std::optional<T> const& value) {
  if (value) out.emplace(name, normal(*value));
}

template <class Text, class Free>
json::object normal(turn<Text, Free> const& t) {
  json::object out;
  put(out, "id", t.id);
  put(out, "sequence", t.sequence);
  put(out, "text", t.text);
  if (t.data) out.emplace("data", normal_free(*t.data));
  put(out, "createdAt", t.created_at);
  return out;
}

template <class Text, class Free>
json::object normal(criterion<Text, Free> const& c) {
  json::object out;
  put(out, "type", c.type);
  out.emplace("params", normal_free(c.params));
  return out;
}

inline json::object normal(success_rate const& rate) {
  json::object out;
  put(out, "percentage", rate.percentage);
  put(out, "numerator", rate.numerator);
  put(out, "denominator", rate.denominator);
  return out;
}

template <class Text>
json::object normal(error_info<Text> const& info) {
  json::object out;
  put(out, "category", info.category);
  put(out, "message", info.message);
  put(out, "technicalDetails", info.technical_details);
  return out;
}

template <class T>
json::array normal(std::vector<T> const& items) {
  json::array out;
  for (auto const& item : items) out.push_back(normal(item));
  return out;
}

template <class Text, class Free>
json::object normal(metrics<Text, Free> const& m) {
  json::object out;
  put(out, "sentiment", m.sentiment);
  put(out, "success", m.success);
  if (m.results) {
    json::array results;
    for (auto const& result : *m.results) results.push_back(normal_free(result));
    out.emplace("results", results);
  }
  put(out, "successRate", m.success_rate);
  put(out, "summary", m.summary);
  put(out, "isBatchStopped", m.is_batch_stopped);
  put(out, "isConversationEnded", m.is_conversation_ended);
  put(out, "errorInfo", m.error_info);
  put(out, "status", m.status);
  return out;
}

template <class Text, class Free>
json::object normal(run<Text, Free> const& r) {
  json::object out;
  put(out, "id", r.id);
  put(out, "organisationReference", r.organisation);
  put(out, "projectReference", r.project);
  put(out, "simulationReference", r.scenario);
  put(out, "simulationRunBatchReference", r.batch);
  put(out, "sequence", r.sequence);
  put(out, "largeLanguageModelReferenceId", r.large_language_model);
  put(out, "endPointType", r.endpoint_type);
  put(out, "turns", r.turns);
  put(out, "totalTurns", r.total_turns);
  put(out, "maxTurns", r.max_turns);
  put(out, "successCriteria", r.criteria);
  put(out, "metrics", r.metrics);
  put(out, "createdAt", r.created_at);
  put(out, "createdBy", r.created_by);
  put(out, "duration", r.duration);
  put(out, "expiresAt", r.expires_at);
  return out;
}

template <class Text>
json::object normal(pagination<Text> const& p) {
  json::object out;
  put(out, "limit", p.limit);
  put(out, "skip", p.skip);
  put(out, "total", p.total);
  put(out, "hasNext", p.has_next);
  put(out, "hasPrevious", p.has_previous);
  put(out, "next", p.next);
  put(out, "previous", p.previous);
  return out;
}

template <class Text, class Free>
json::value normal(page<Text, Free> const& p) {
  json::object out;
  put(out, "data", p.runs);
  put(out, "pagination", p.pagination);
  return out;
}

}  // namespace bench
