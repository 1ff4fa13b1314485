#include "plain_columns.hpp"

namespace bench {
namespace {

/// Adds columns to a table, a name and a column each.
class table_form {
 public:
  template <class Column>
  table_form& add(char const* name, Column const& column) {
    table_.emplace(name, column.normal_form(holds_json(name)));
    return *this;
  }
  json::object take() { return std::move(table_); }

 private:
  json::object table_;
};

}  // namespace

json::object normal_form(run_columns const& c) {
  table_form out;
  out.add("run_id", c.id).add("organisation", c.organisation).add("project", c.project);
  out.add("scenario", c.scenario).add("batch", c.batch).add("sequence", c.sequence);
  out.add("large_language_model", c.large_language_model).add("endpoint_type", c.endpoint_type);
  out.add("total_turns", c.total_turns).add("max_turns", c.max_turns);
  out.add("created_at", c.created_at).add("created_by", c.created_by);
  out.add("duration_ms", c.duration_ms).add("expires_at", c.expires_at);
  out.add("status", c.status).add("success", c.success).add("sentiment", c.sentiment);
  out.add("summary", c.summary).add("results", c.results);
  out.add("is_batch_stopped", c.is_batch_stopped);
  out.add("is_conversation_ended", c.is_conversation_ended);
  out.add("success_numerator", c.success_numerator);
  out.add("success_denominator", c.success_denominator);
  out.add("success_percentage", c.success_percentage);
  out.add("error_category", c.error_category).add("error_message", c.error_message);
  out.add("error_technical_details", c.error_technical_details);
  return out.take();
}

json::object normal_form(turn_columns const& c) {
  table_form out;
  out.add("run_id", c.run_id).add("turn", c.turn);
  out.add("turn_id", c.id).add("turn_sequence", c.sequence).add("text", c.text);
  out.add("data", c.data).add("turn_created_at", c.created_at);
  return out.take();
}

json::object normal_form(criterion_columns const& c) {
  table_form out;
  out.add("run_id", c.run_id).add("criterion", c.criterion);
  out.add("criterion_type", c.type).add("criterion_name", c.name);
  out.add("criterion_params", c.params).add("criterion_success", c.success);
  out.add("criterion_reason", c.reason).add("criterion_result", c.result);
  return out.take();
}

}  // namespace bench
