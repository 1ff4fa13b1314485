#include "normal_columns.hpp"
#include "normal_form.hpp"
#include "simruns/columns/tables.hpp"
#include "simruns/page/parse_page.hpp"
#include "variant.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

/// simruns itself.
namespace bench {
namespace {

template <class T>
std::optional<T> to_optional(simruns::maybe<T> const& value) {
  if (value) return *value;
  return std::nullopt;
}

template <class Enum>
std::optional<std::string_view> to_optional(simruns::maybe<simruns::open_enum<Enum>> const& value) {
  if (value) return value->text;
  return std::nullopt;
}

std::optional<std::int64_t> to_optional(simruns::maybe<simruns::time_point> const& value) {
  if (value) return value->time_since_epoch().count();
  return std::nullopt;
}

metrics<std::string_view, std::string_view> to_model(simruns::metrics const& m) {
  metrics<std::string_view, std::string_view> out;
  out.sentiment = to_optional(m.sentiment);
  out.success = to_optional(m.success);
  if (m.results) out.results.emplace(m.results->begin(), m.results->end());
  if (m.success_rate) {
    auto const& rate = *m.success_rate;
    out.success_rate = success_rate{to_optional(rate.percentage), to_optional(rate.numerator),
                                    to_optional(rate.denominator)};
  }
  out.summary = to_optional(m.summary);
  out.is_batch_stopped = to_optional(m.is_batch_stopped);
  out.is_conversation_ended = to_optional(m.is_conversation_ended);
  if (m.error_info) {
    auto const& info = *m.error_info;
    out.error_info = error_info<std::string_view>{
        to_optional(info.category), to_optional(info.message), to_optional(info.technical_details)};
  }
  out.status = to_optional(m.status);
  return out;
}

run<std::string_view, std::string_view> to_model(simruns::run const& r) {
  run<std::string_view, std::string_view> out;
  out.id = r.id;
  out.organisation = *r.organisation;
  out.project = *r.project;
  out.scenario = *r.scenario;
  out.batch = *r.batch;
  out.sequence = *r.sequence;
  out.large_language_model = *r.large_language_model;
  out.endpoint_type = to_optional(r.endpoint_type);
  for (auto const& t : r.turns) {
    out.turns.push_back({to_optional(t.id), to_optional(t.sequence), to_optional(t.text),
                         to_optional(t.data), to_optional(t.created_at)});
  }
  out.total_turns = *r.total_turns;
  out.max_turns = to_optional(r.max_turns);
  for (auto const& c : r.criteria) out.criteria.push_back({*c.type, *c.params});
  out.metrics = to_model(r.metrics);
  out.created_at = r.created_at->time_since_epoch().count();
  out.created_by = *r.created_by;
  out.duration = to_optional(r.duration_ms);
  out.expires_at = to_optional(r.expires_at_text);
  return out;
}

class views : public variant {
 public:
  std::string_view name() const override { return "simruns views"; }
  void decode(std::string body) override { page_ = simruns::parse_page(std::move(body)).value(); }
  void drop() override { page_ = {}; }

  boost::json::value normal_form() const override {
    view_page out;
    for (auto const& r : page_) out.runs.push_back(to_model(r));
    auto const& p = page_.pagination();
    out.pagination = {*p.limit,
                      *p.skip,
                      *p.total,
                      *p.has_next,
                      *p.has_previous,
                      to_optional(p.next),
                      to_optional(p.previous)};
    return normal(out);
  }

 private:
  simruns::page page_;
};

json::value normal_cell(simruns::column const& column, std::size_t row, bool is_json) {
  if (!column.has_value(row)) return nullptr;
  switch (column.type()) {
    case simruns::column_type::integer:
    case simruns::column_type::time:
      return column.integers()[row];
    case simruns::column_type::real:
      return normal(*column.real(row));
    case simruns::column_type::boolean:
      return *column.boolean(row);
    default:
      break;
  }
  auto const text = *column.text(row);
  return is_json ? normal_free(text) : normal(text);
}

json::object normal_table(simruns::column_batch const& batch) {
  json::object out;
  for (auto const& column : batch.columns) {
    json::array cells;
    bool const is_json = holds_json(column.name());
    for (std::size_t row = 0; row < batch.rows; ++row) {
      cells.push_back(normal_cell(column, row, is_json));
    }
    out.emplace(json::string_view(column.name().data(), column.name().size()), std::move(cells));
  }
  return out;
}

using simruns::column_names;

/// The columns that every variant makes, whatever else a table of ours has.
std::array<column_names, 3> const shared_columns{
    column_names{"run_id",
                 "organisation",
                 "project",
                 "scenario",
                 "batch",
                 "sequence",
                 "large_language_model",
                 "endpoint_type",
                 "total_turns",
                 "max_turns",
                 "created_at",
                 "created_by",
                 "duration_ms",
                 "expires_at",
                 "status",
                 "success",
                 "sentiment",
                 "summary",
                 "is_batch_stopped",
                 "is_conversation_ended",
                 "results",
                 "success_numerator",
                 "success_denominator",
                 "success_percentage",
                 "error_category",
                 "error_message",
                 "error_technical_details"},
    column_names{"run_id", "turn", "turn_id", "turn_sequence", "text", "data", "turn_created_at"},
    column_names{"run_id", "criterion", "criterion_type", "criterion_name", "criterion_params",
                 "criterion_success", "criterion_reason", "criterion_result"},
};

class columns : public variant {
 public:
  /// `all`: also the columns that no peer makes, as who spoke each turn.
  explicit columns(bool all) : all_(all) {
    if (!all) wanted_ = shared_columns;
  }

  std::string_view name() const override {
    return all_ ? "simruns all columns" : "simruns columns";
  }
  product makes() const override { return product::columns; }

  void decode(std::string body) override {
    static constexpr std::array which{simruns::table::runs, simruns::table::turns,
                                      simruns::table::criteria};
    auto const page = simruns::parse_page(std::move(body)).value();
    for (std::size_t i = 0; i < which.size(); ++i) {
      tables_[i] = build(which[i], page, 0, wanted_[i]);
    }
  }
  void drop() override { tables_ = {}; }

  boost::json::value normal_form() const override {
    json::object out;
    out.emplace("runs", normal_table(tables_[0]));
    out.emplace("turns", normal_table(tables_[1]));
    out.emplace("criteria", normal_table(tables_[2]));
    return out;
  }

 private:
  bool all_;
  std::array<column_names, 3> wanted_;
  std::array<simruns::column_batch, 3> tables_;
};

}  // namespace

std::unique_ptr<variant> make_ours_views() { return std::make_unique<views>(); }
std::unique_ptr<variant> make_ours_columns(bool all) { return std::make_unique<columns>(all); }

}  // namespace bench
