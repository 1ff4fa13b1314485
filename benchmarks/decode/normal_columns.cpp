#include "normal_columns.hpp"

#include "simruns/text/date_time.hpp"

#include <array>
#include <iostream>
#include <string>
#include <utility>

namespace bench {
namespace {

json::value const& member(json::value const& object, char const* name) {
  static json::value const none;
  if (!object.is_object()) return none;
  auto const* const found = object.get_object().if_contains(name);
  return found != nullptr ? *found : none;
}

void add_cell(json::object& table, char const* column, json::value const& cell) {
  if (!table.contains(column)) table.emplace(column, json::array{});
  table.at(column).get_array().push_back(cell);
}

json::value time_cell(json::value const& text) {
  if (!text.is_string()) return nullptr;
  auto const& date = text.get_string();
  auto const parsed = simruns::detail::parse_date_time({date.data(), date.size()});
  if (!parsed) return nullptr;
  return parsed->time_since_epoch().count();
}

void add_run(json::object& table, json::value const& run) {
  static constexpr std::array<std::pair<char const*, char const*>, 14> plain{{
      {"run_id", "id"},
      {"organisation", "organisationReference"},
      {"project", "projectReference"},
      {"scenario", "simulationReference"},
      {"batch", "simulationRunBatchReference"},
      {"sequence", "sequence"},
      {"large_language_model", "largeLanguageModelReferenceId"},
      {"endpoint_type", "endPointType"},
      {"total_turns", "totalTurns"},
      {"max_turns", "maxTurns"},
      {"created_at", "createdAt"},
      {"created_by", "createdBy"},
      {"duration_ms", "duration"},
      {"expires_at", "expiresAt"},
  }};
  for (auto const& [column, name] : plain) {
    auto const& cell = member(run, name);
    add_cell(table, column, std::string_view(name) == "expiresAt" ? time_cell(cell) : cell);
  }
}

void add_outcome(json::object& table, json::value const& metrics) {
  static constexpr std::array<std::pair<char const*, char const*>, 7> plain{{
      {"status", "status"},
      {"success", "success"},
      {"sentiment", "sentiment"},
      {"summary", "summary"},
      {"is_batch_stopped", "isBatchStopped"},
      {"is_conversation_ended", "isConversationEnded"},
      {"results", "results"},
  }};
  for (auto const& [column, name] : plain) add_cell(table, column, member(metrics, name));
  auto const& rate = member(metrics, "successRate");
  add_cell(table, "success_numerator", member(rate, "numerator"));
  add_cell(table, "success_denominator", member(rate, "denominator"));
  add_cell(table, "success_percentage", member(rate, "percentage"));
  auto const& error = member(metrics, "errorInfo");
  add_cell(table, "error_category", member(error, "category"));
  add_cell(table, "error_message", member(error, "message"));
  add_cell(table, "error_technical_details", member(error, "technicalDetails"));
}

void add_turns(json::object& table, json::value const& run) {
  std::int64_t position = 0;
  for (auto const& turn : member(run, "turns").as_array()) {
    add_cell(table, "run_id", member(run, "id"));
    add_cell(table, "turn", position++);
    add_cell(table, "turn_id", member(turn, "id"));
    add_cell(table, "turn_sequence", member(turn, "sequence"));
    add_cell(table, "text", member(turn, "text"));
    add_cell(table, "data", member(turn, "data"));
    add_cell(table, "turn_created_at", member(turn, "createdAt"));
  }
}

/// Generated runs have their results in the order of their criteria, or none.
void add_criteria(json::object& table, json::value const& run) {
  auto const& results = member(member(run, "metrics"), "results");
  auto const& criteria = member(run, "successCriteria").as_array();
  for (std::size_t i = 0; i < criteria.size(); ++i) {
    json::value const result = results.is_array() ? results.as_array().at(i) : json::value{};
    add_cell(table, "run_id", member(run, "id"));
    add_cell(table, "criterion", static_cast<std::int64_t>(i));
    add_cell(table, "criterion_type", member(criteria[i], "type"));
    add_cell(table, "criterion_name", member(member(criteria[i], "params"), "name"));
    add_cell(table, "criterion_params", member(criteria[i], "params"));
    add_cell(table, "criterion_success", member(result, "success"));
    add_cell(table, "criterion_reason", member(result, "reason"));
    add_cell(table, "criterion_result", result);
  }
}

}  // namespace

json::value columns_of(json::value const& normal_page) {
  json::object runs;
  json::object turns;
  json::object criteria;
  for (auto const& run : member(normal_page, "data").as_array()) {
    add_run(runs, run);
    add_outcome(runs, member(run, "metrics"));
    add_turns(turns, run);
    add_criteria(criteria, run);
  }
  return json::object{
      {"runs", std::move(runs)}, {"turns", std::move(turns)}, {"criteria", std::move(criteria)}};
}

bool same_columns(json::value const& got, json::value const& wanted) {
  for (auto const& table : wanted.as_object()) {
    for (auto const& column : table.value().as_object()) {
      auto const& cells = member(member(got, table.key().data()), column.key().data());
      if (cells == column.value()) continue;
      std::cerr << table.key() << "." << column.key() << " differs\n";
      return false;
    }
  }
  return true;
}

}  // namespace bench
