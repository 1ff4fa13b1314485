#pragma once

#include "simruns/columns/detail/row_visitors.hpp"
#include "simruns/page/judged_criteria.hpp"
#include "simruns/page/page.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

/// The columns of the table `criteria`.
namespace simruns::detail {

inline constexpr criterion blank_criterion{};

struct criterion_row {
  run const* of = &blank_run;
  criterion const* wanted = &blank_criterion;
  std::int64_t position = 0;
  maybe<std::string_view> name;
  criterion_result result;

  void visit(auto out) const {
    visit_keys(*of, out);
    out.value("criterion", position);
    out.word("criterion_type", wanted->type);
    out.value("criterion_name", name);
    out.value("criterion_params", wanted->params);
    out.value("criterion_success", result.success);
    out.value("criterion_reason", result.reason);
    out.value("criterion_result", result.json);
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
    auto const judged = judged_.of(r);
    for (std::size_t i = 0; i < judged.size(); ++i) {
      auto const& [name, result] = judged[i];
      rows_.push_back({&r, &r.criteria[i], static_cast<std::int64_t>(i), name, result});
    }
  }

  judged_criteria judged_;
  std::vector<criterion_row> rows_;
};

}  // namespace simruns::detail
