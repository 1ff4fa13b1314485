#pragma once

#include "simruns/columns/detail/row_visitors.hpp"
#include "simruns/json/object_members.hpp"
#include "simruns/page/page.hpp"
#include "simruns/page/verdict.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

/// The columns of the table `criteria`, and which result belongs to which criterion.
namespace simruns::detail {

inline constexpr criterion blank_criterion{};

/// Names with the position of each, to find those that are there exactly once.
class unique_names {
 public:
  void clear() noexcept { names_.clear(); }
  void add(std::string_view name, std::size_t position) { names_.emplace_back(name, position); }
  /// To be called after the last `add` and before the first `find`.
  void sort() {
    if (names_.size() > few) std::sort(names_.begin(), names_.end());
  }

  std::optional<std::size_t> find(std::string_view name) const {
    if (names_.size() <= few) return find_among_few(name);
    auto const found = std::lower_bound(names_.begin(), names_.end(), entry(name, 0));
    if (found == names_.end() || found->first != name) return std::nullopt;
    if (found + 1 != names_.end() && found[1].first == name) return std::nullopt;
    return found->second;
  }

 private:
  using entry = std::pair<std::string_view, std::size_t>;
  static constexpr std::size_t few = 8;

  std::optional<std::size_t> find_among_few(std::string_view name) const {
    std::optional<std::size_t> out;
    for (auto const& [known, position] : names_) {
      if (!same_text(known, name)) continue;
      if (out) return std::nullopt;
      out = position;
    }
    return out;
  }

  std::vector<entry> names_;
};

/// What a result says of its criterion, and its own text.
struct judged_result {
  maybe<std::string_view> json;
  maybe<std::string_view> name;
  maybe<bool> success;
  maybe<std::string_view> reason;
};

/// Reads what the table shows of results and of params. The texts live as long as the reader.
class result_reader {
 public:
  judged_result result(std::string_view json) {
    judged_result out;
    out.json = json;
    maybe<std::string_view> explanation;
    said_success said;
    for (object_members m(json); m.next();) {
      auto const key = key_of(m);
      if (same_text(key, "name")) out.name = text_of(m);
      if (same_text(key, "reason")) out.reason = text_of(m);
      if (same_text(key, "explanation")) explanation = text_of(m);
      said.see(key, m.value());
    }
    out.success = said.value();
    if (!out.reason) out.reason = explanation;
    return out;
  }

  /// The member `name` of a criterion's params.
  maybe<std::string_view> name(std::string_view params) {
    maybe<std::string_view> out;
    for (object_members m(params); m.next();) {
      if (same_text(key_of(m), "name")) out = text_of(m);
    }
    return out;
  }

 private:
  std::string_view key_of(object_members const& m) { return texts_.read(m.key()); }

  /// The text that a member has as its value; absent where that is no string.
  maybe<std::string_view> text_of(object_members const& m) {
    auto const text = texts_.read(m.value());
    return text ? maybe<std::string_view>(*text) : maybe<std::string_view>();
  }

  text_reader texts_;
};

struct criterion_row {
  run const* of = &blank_run;
  criterion const* wanted = &blank_criterion;
  std::int64_t position = 0;
  maybe<std::string_view> name;
  judged_result result;

  void visit(auto out) const {
    out.word("scenario", of->scenario);
    out.word("batch", of->batch);
    out.value("run_id", of->id);
    out.value("run_sequence", of->sequence);
    out.value("criterion", position);
    out.word("type", wanted->type);
    out.value("name", name);
    out.value("params", wanted->params);
    out.value("success", result.success);
    out.value("reason", result.reason);
    out.value("result", result.json);
  }
};

inline std::size_t count_criteria(page const& source) {
  std::size_t out = 0;
  for (auto const& r : source) out += r.criteria.size();
  return out;
}

/// Takes each row with the words alone, which are neither of a result nor of the criterion's own
/// JSON.
inline void each_criterion(page const& source, auto const& take) {
  for (auto const& r : source) {
    for (auto const& wanted : r.criteria) take(criterion_row{&r, &wanted, 0, {}, {}});
  }
}

/// The criteria of a page beside their results. The texts of the rows live as long as this.
class criterion_rows {
 public:
  explicit criterion_rows(page const& source) {
    for (auto const& r : source) add(r);
  }

  std::vector<criterion_row> const& all() const noexcept { return rows_; }

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

  maybe<std::string_view> name_of(criterion const& wanted) {
    return wanted.params ? reader_.name(*wanted.params) : maybe<std::string_view>{};
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

  /// Gives each criterion without a result the one at its position, unless both have a name, which
  /// then are of different things.
  void join_by_position(std::size_t first) {
    for (std::size_t i = 0; i < results_.size(); ++i) {
      auto& row = rows_[first + i];
      bool const differ = row.name && results_[i].name && *row.name != *results_[i].name;
      if (!row.result.json && !taken_[i] && !differ) row.result = results_[i];
    }
  }

  result_reader reader_;
  std::vector<criterion_row> rows_;
  // What belongs to the run that is added:
  std::vector<judged_result> results_;
  std::vector<bool> taken_;
  unique_names criteria_names_;
  unique_names result_names_;
};

}  // namespace simruns::detail
