#include "plain_columns.hpp"
#include "simdjson_members.hpp"
#include "simruns/text/date_time.hpp"
#include "variant.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

/// simdjson on-demand, straight into columns. Texts of a run that all its rows repeat, and what
/// may come before or after the arrays, wait until the run ends.
namespace bench {
namespace {

using value = ondemand::value;
using view = std::optional<std::string_view>;
using integer = std::optional<std::int64_t>;

view text(value v) { return v.get_string().value(); }
integer number(value v) { return v.get_int64().value(); }

struct judged {
  std::string_view json;
  std::optional<bool> success;
  view reason;
};

/// What is known of the run in hand.
struct run_row {
  view id, organisation, project, scenario, batch, large_language_model, endpoint_type;
  integer sequence, total_turns, max_turns, created_at, duration;
  view created_by, expires_at;
  view sentiment, summary, status, category, message, details;
  std::optional<bool> success, stopped, ended;
  integer numerator, denominator;
  std::optional<double> percentage;
  bool has_results = false;
  std::int64_t turns = 0;
  std::int64_t criteria = 0;
};

class column_reader {
 public:
  void read(ondemand::document& document) {
    for (auto field : document.get_object()) {
      if (!field.key().value().unsafe_is_equal("data")) continue;
      for (auto element : field.value().get_array()) read_run(element);
    }
  }

  json::object normal_form() const {
    json::object out;
    out.emplace("runs", bench::normal_form(runs_));
    out.emplace("turns", bench::normal_form(turns_));
    out.emplace("criteria", bench::normal_form(criteria_));
    return out;
  }

 private:
  void read_run(ondemand::object object) {
    row_ = {};
    results_.clear();
    for_each_member(object, run_members, [&](std::size_t member, value v) {
      switch (member) {
        case 0:
          row_.id = text(v);
          break;
        case 1:
          row_.organisation = text(v);
          break;
        case 2:
          row_.project = text(v);
          break;
        case 3:
          row_.scenario = text(v);
          break;
        case 4:
          row_.batch = text(v);
          break;
        case 5:
          row_.sequence = number(v);
          break;
        case 6:
          row_.large_language_model = text(v);
          break;
        case 7:
          row_.endpoint_type = text(v);
          break;
        case 8:
          for (auto element : v.get_array()) read_turn(element);
          break;
        case 9:
          row_.total_turns = number(v);
          break;
        case 10:
          row_.max_turns = number(v);
          break;
        case 11:
          for (auto element : v.get_array()) read_criterion(element);
          break;
        case 12:
          read_metrics(v);
          break;
        case 13:
          row_.created_at = number(v);
          break;
        case 14:
          row_.created_by = text(v);
          break;
        case 15:
          row_.duration = number(v);
          break;
        default:
          row_.expires_at = text(v);
          break;
      }
    });
    put_run();
    put_outcome();
    put_rows();
  }

  void read_turn(ondemand::object object) {
    view id, words, data;
    integer sequence, created_at;
    for_each_member(object, turn_members, [&](std::size_t member, value v) {
      switch (member) {
        case 0:
          id = text(v);
          break;
        case 1:
          sequence = number(v);
          break;
        case 2:
          words = text(v);
          break;
        case 3:
          data = v.get_object().value().raw_json().value();
          break;
        default:
          created_at = number(v);
          break;
      }
    });
    turns_.turn.put(row_.turns++);
    turns_.id.put(id);
    turns_.sequence.put(sequence);
    turns_.text.put(words);
    turns_.data.put(data);
    turns_.created_at.put(created_at);
  }

  void read_criterion(ondemand::object object) {
    static constexpr member_names<1> params_members{"name"};
    view type, name, params;
    for_each_member(object, criterion_members, [&](std::size_t member, value v) {
      if (member == 0) {
        type = text(v);
        return;
      }
      ondemand::object inner = v.get_object();
      params = inner.raw_json().value();
      inner.reset().value();
      for_each_member(inner, params_members, [&](std::size_t, value named) { name = text(named); });
    });
    criteria_.criterion.put(row_.criteria++);
    criteria_.type.put(type);
    criteria_.name.put(name);
    criteria_.params.put(params);
  }

  void read_metrics(ondemand::object object) {
    for_each_member(object, metrics_members, [&](std::size_t member, value v) {
      switch (member) {
        case 0:
          row_.sentiment = text(v);
          break;
        case 1:
          row_.success = v.get_bool().value();
          break;
        case 2:
          row_.has_results = true;
          for (auto element : v.get_array()) read_result(element);
          break;
        case 3:
          read_rate(v);
          break;
        case 4:
          row_.summary = text(v);
          break;
        case 5:
          row_.status = text(v);
          break;
        case 6:
          read_error(v);
          break;
        case 7:
          row_.stopped = v.get_bool().value();
          break;
        default:
          row_.ended = v.get_bool().value();
          break;
      }
    });
  }

  void read_result(ondemand::object object) {
    static constexpr member_names<2> result_members{"success", "reason"};
    judged result;
    result.json = object.raw_json();
    object.reset().value();
    for_each_member(object, result_members, [&](std::size_t member, value v) {
      if (member == 0) {
        result.success = v.get_bool().value();
      } else {
        result.reason = text(v);
      }
    });
    results_.push_back(result);
  }

  void read_rate(ondemand::object object) {
    for_each_member(object, rate_members, [&](std::size_t member, value v) {
      if (member == 0) row_.percentage = v.get_double().value();
      if (member == 1) row_.numerator = number(v);
      if (member == 2) row_.denominator = number(v);
    });
  }

  void read_error(ondemand::object object) {
    for_each_member(object, error_members, [&](std::size_t member, value v) {
      switch (member) {
        case 0:
          row_.category = text(v);
          break;
        case 1:
          row_.message = text(v);
          break;
        default:
          row_.details = text(v);
          break;
      }
    });
  }

  void put_run() {
    runs_.id.put(row_.id);
    runs_.organisation.put(row_.organisation);
    runs_.project.put(row_.project);
    runs_.scenario.put(row_.scenario);
    runs_.batch.put(row_.batch);
    runs_.sequence.put(row_.sequence);
    runs_.large_language_model.put(row_.large_language_model);
    runs_.endpoint_type.put(row_.endpoint_type);
    runs_.total_turns.put(row_.total_turns);
    runs_.max_turns.put(row_.max_turns);
    runs_.created_at.put(row_.created_at);
    runs_.created_by.put(row_.created_by);
    runs_.duration_ms.put(row_.duration);
    integer expires;
    if (row_.expires_at) {
      auto const parsed = simruns::detail::parse_date_time(*row_.expires_at);
      if (parsed) expires = parsed->time_since_epoch().count();
    }
    runs_.expires_at.put(expires);
  }

  void put_outcome() {
    runs_.status.put(row_.status);
    runs_.success.put(row_.success);
    runs_.sentiment.put(row_.sentiment);
    runs_.summary.put(row_.summary);
    runs_.is_batch_stopped.put(row_.stopped);
    runs_.is_conversation_ended.put(row_.ended);
    runs_.success_numerator.put(row_.numerator);
    runs_.success_denominator.put(row_.denominator);
    runs_.success_percentage.put(row_.percentage);
    runs_.error_category.put(row_.category);
    runs_.error_message.put(row_.message);
    runs_.error_technical_details.put(row_.details);
    if (!row_.has_results) return runs_.results.put_null();
    joined_.clear();
    for (auto const& result : results_) {
      joined_.push_back(joined_.empty() ? '[' : ',');
      joined_ += result.json;
    }
    joined_ += results_.empty() ? "[]" : "]";
    runs_.results.put(std::string_view(joined_));
  }

  void put_rows() {
    for (std::int64_t i = 0; i < row_.turns; ++i) turns_.run_id.put(row_.id);
    for (std::int64_t i = 0; i < row_.criteria; ++i) {
      criteria_.run_id.put(row_.id);
      auto const at = static_cast<std::size_t>(i);
      bool const judged_here = at < results_.size();
      criteria_.success.put(judged_here ? results_[at].success : std::nullopt);
      criteria_.reason.put(judged_here ? results_[at].reason : std::nullopt);
      criteria_.result.put(judged_here ? view(results_[at].json) : std::nullopt);
    }
  }

  run_columns runs_;
  turn_columns turns_;
  criterion_columns criteria_;
  run_row row_;
  std::vector<judged> results_;
  std::string joined_;
};

class columns : public variant {
 public:
  std::string_view name() const override { return "simdjson columns"; }
  product makes() const override { return product::columns; }

  void decode(std::string body) override {
    simdjson::padded_string_view const padded(body.data(), body.size(), body.size() + padding);
    ondemand::document document = parser_.iterate(padded);
    reader_.emplace();
    reader_->read(document);
  }
  void drop() override { reader_.reset(); }
  boost::json::value normal_form() const override { return reader_->normal_form(); }

 private:
  ondemand::parser parser_;
  std::optional<column_reader> reader_;
};

}  // namespace

std::unique_ptr<variant> make_simdjson_columns() { return std::make_unique<columns>(); }

}  // namespace bench
