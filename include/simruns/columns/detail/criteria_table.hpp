#pragma once

#include "simruns/columns/detail/join.hpp"
#include "simruns/columns/detail/spec.hpp"
#include "simruns/page/page.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

/// The columns of the table `criteria`.
namespace simruns::detail {

struct criterion_row {
  run const* of;
  criterion const* wanted;
  std::int64_t position;
  std::optional<std::string_view> name;
  judged_result result;
};

/// The criteria of a page beside their results. Keeps the texts that its rows show.
class criterion_rows {
 public:
  explicit criterion_rows(page const& source) {
    for (auto const& r : source) add(r);
  }

  auto begin() const noexcept { return rows_.begin(); }
  auto end() const noexcept { return rows_.end(); }
  auto data() const noexcept { return rows_.data(); }
  auto size() const noexcept { return rows_.size(); }

 private:
  void add(run const& r) {
    if (r.criteria.empty()) return;
    read_results(r);
    auto const first = rows_.size();
    criteria_names_.clear();
    for (std::size_t i = 0; i < r.criteria.size(); ++i) {
      auto const name = name_of(r.criteria[i]);
      if (name) criteria_names_.add(*name, i);
      rows_.push_back({&r, &r.criteria[i], static_cast<std::int64_t>(i), name, {}});
    }
    criteria_names_.sort();
    join_by_name(first);
    if (results_.size() == r.criteria.size()) join_by_position(first);
  }

  std::optional<std::string_view> name_of(criterion const& wanted) {
    return wanted.params ? reader_.name(*wanted.params) : std::nullopt;
  }

  void read_results(run const& r) {
    results_.clear();
    result_names_.clear();
    if (!r.metrics.results) return;
    for (auto const json : *r.metrics.results) {
      auto const result = reader_.result(json);
      if (result.name) result_names_.add(*result.name, results_.size());
      results_.push_back(result);
    }
    result_names_.sort();
    taken_.assign(results_.size(), false);
  }

  void join_by_name(std::size_t first) {
    for (std::size_t i = first; i < rows_.size(); ++i) {
      auto& row = rows_[i];
      if (!row.name || !criteria_names_.find(*row.name)) continue;
      auto const found = result_names_.find(*row.name);
      if (!found) continue;
      row.result = results_[*found];
      taken_[*found] = true;
    }
  }

  /// Not where both have a name: then they are of different things.
  void join_by_position(std::size_t first) {
    for (std::size_t i = 0; i < results_.size(); ++i) {
      auto& row = rows_[first + i];
      bool const differ = row.name && results_[i].name && *row.name != *results_[i].name;
      if (!row.result.json && !taken_[i] && !differ) row.result = results_[i];
    }
  }

  result_reader reader_;
  std::vector<criterion_row> rows_;
  // Of the run in hand:
  std::vector<judged_result> results_;
  std::vector<bool> taken_;
  unique_names criteria_names_;
  unique_names result_names_;
};

struct criterion_table {
  using row = criterion_row;

  static std::size_t count(page const& source) {
    std::size_t out = 0;
    for (auto const& r : source) out += r.criteria.size();
    return out;
  }

  static criterion_rows rows(page const& source, std::int64_t) { return criterion_rows(source); }

  static auto const& columns() {
    static constexpr std::tuple specs{
        word_column<row>("scenario", [](row const& c) { return c.of->scenario; }),
        word_column<row>("batch", [](row const& c) { return c.of->batch; }),
        value_column<row>("run_id", [](row const& c) { return c.of->id; }),
        value_column<row>("run_sequence", [](row const& c) { return c.of->sequence; }),
        value_column<row>("criterion", [](row const& c) { return c.position; }),
        word_column<row>("type", [](row const& c) { return c.wanted->type; }),
        value_column<row>("name", [](row const& c) { return c.name; }),
        value_column<row>("params", [](row const& c) { return c.wanted->params; }),
        value_column<row>("success", [](row const& c) { return c.result.success; }),
        value_column<row>("reason", [](row const& c) { return c.result.reason; }),
        value_column<row>("result", [](row const& c) { return c.result.json; }),
    };
    return specs;
  }
};

}  // namespace simruns::detail
