#pragma once

#include "fuzz/promise.hpp"
#include "simruns/columns/arrow.hpp"
#include "simruns/page/page.hpp"
#include "simruns/page/verdict.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

/// Reads all that a page holds, so that a sanitizer sees every byte of it.
namespace fuzz {

class toucher {
 public:
  explicit toucher(std::string_view body) : body_(body) {}

  void touch(simruns::page const& got) {
    for (auto const& r : got) touch(r);
    for (auto const& i : got.issues()) touch(i);
    extra(got.extra());
    auto const& p = got.pagination();
    text(p.next);
    text(p.previous);
    number(p.limit);
    number(p.skip);
    number(p.total);
    extra(p.extra);
  }

  std::size_t sum() const noexcept { return sum_; }

 private:
  void text(std::string_view value) {
    for (char c : value) sum_ += static_cast<unsigned char>(c);
  }
  void text(simruns::maybe<std::string_view> const& value) {
    if (value) text(*value);
  }
  template <class Enum>
  void text(simruns::maybe<simruns::open_enum<Enum>> const& value) {
    if (value) text(value->text);
  }
  void number(simruns::maybe<std::int64_t> const& value) {
    sum_ += static_cast<std::size_t>(value.value_or(0));
  }
  void extra(std::span<simruns::extra_member const> members) {
    for (auto const& m : members) {
      text(m.key);
      slice(m.json);
    }
  }

  /// JSON text is a part of the body.
  void slice(std::string_view json) {
    std::less_equal<char const*> const before;
    bool const inside = before(body_.data(), json.data()) &&
                        before(json.data() + json.size(), body_.data() + body_.size());
    promise(inside && !json.empty(), "JSON text is a slice of the body");
    text(json);
  }
  void slice(simruns::maybe<std::string_view> const& json) {
    if (json) slice(*json);
  }

  void touch(simruns::issue const& i) {
    text(i.path);
    text(i.message);
  }

  void touch(simruns::run const& r) {
    slice(r.json());
    text(r.id);
    for (auto const* member :
         {&r.organisation, &r.project, &r.scenario, &r.batch, &r.large_language_model,
          &r.endpoint_type, &r.created_by, &r.expires_at_text}) {
      text(*member);
    }
    number(r.sequence);
    number(r.total_turns);
    number(r.max_turns);
    number(r.duration_ms);
    for (auto const& t : r.turns) touch(t);
    for (auto const& c : r.criteria) touch(c);
    touch(r.metrics);
    extra(r.extra);
    for (auto const& i : r.issues) touch(i);
    text(to_string(verdict_of(r)));
    sum_ += is_contradictory(r);
  }

  void touch(simruns::turn const& t) {
    text(t.id);
    number(t.sequence);
    text(t.text);
    slice(t.data);
    extra(t.extra);
  }

  void touch(simruns::criterion const& c) {
    text(c.type);
    slice(c.params);
    extra(c.extra);
  }

  void touch(simruns::metrics const& m) {
    text(m.sentiment);
    text(m.status);
    text(m.summary);
    if (m.results) {
      for (auto const json : *m.results) slice(json);
    }
    if (m.success_rate) {
      number(m.success_rate->numerator);
      number(m.success_rate->denominator);
      extra(m.success_rate->extra);
    }
    if (m.error_info) {
      text(m.error_info->category);
      text(m.error_info->message);
      text(m.error_info->technical_details);
      extra(m.error_info->extra);
    }
    extra(m.extra);
  }

  std::string_view body_;
  std::size_t sum_ = 0;
};

/// Reads every cell of every table, and exports each through Arrow's interface.
inline void touch_columns(simruns::page const& got) {
  using simruns::table;
  for (auto const which : {table::runs, table::turns, table::criteria, table::issues}) {
    auto const batch = build(which, got);
    promise(batch.rows == row_count(which, got), "a table has the rows that it said");
    for (auto const& column : batch.columns) {
      promise(column.size() == batch.rows, "columns are as long as their table");
      std::size_t missing = 0;
      for (std::size_t row = 0; row < batch.rows; ++row) missing += !column.has_value(row);
      promise(missing == column.null_count(), "a column counts what it lacks");
    }
    simruns::arrow_stream stream;
    export_stream(which, {got}, {}, stream.out());
    simruns::arrow_array array;
    promise(stream->get_next(stream.get(), array.out()) == 0, "a page is exported");
    auto const rows = array ? static_cast<std::size_t>(array->length) : 0;
    promise(rows == batch.rows, "what is exported is what was built");
  }
}

}  // namespace fuzz
