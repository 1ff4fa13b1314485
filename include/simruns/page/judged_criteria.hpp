#pragma once

#include "simruns/page/criterion_result.hpp"
#include "simruns/page/detail/result_reader.hpp"
#include "simruns/page/detail/unique_names.hpp"
#include "simruns/page/maybe.hpp"
#include "simruns/page/run.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace simruns {

/// A criterion, and what its result says.
struct judged_criterion {
  maybe<std::string_view> name;  ///< The member `name` of the criterion's `params`.
  criterion_result result;       ///< Empty where none of the run's results is of this criterion.
};

/// Finds which of a run's results is of which criterion: by name, where a name stands once among
/// the criteria and once among the results; then, if there are as many results as criteria, by
/// position, unless the result is taken or bears another name. One object is for many runs.
class judged_criteria {
 public:
  /// Each criterion of the run, in order, until the next call. Its texts live as long as this and
  /// the run's page.
  std::span<judged_criterion const> of(run const& run);

 private:
  void read_results(run const& run);
  void join_by_name();
  void join_by_position();

  detail::result_reader reader_;
  std::vector<judged_criterion> criteria_;
  std::vector<criterion_result> results_;
  std::vector<bool> taken_;  ///< Whether a result is of a criterion.
  detail::unique_names criteria_names_;
  detail::unique_names result_names_;
};

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/page/impl/judged_criteria.ipp"
#endif
