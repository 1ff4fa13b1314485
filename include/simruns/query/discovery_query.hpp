#pragma once

#include "simruns/query/list_query.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace simruns {

/// Which scenarios to list: those of a project.
class scenarios_query : public basic_list_query<scenarios_query> {
 public:
  /// Takes the project's reference, which must not be empty, `.` or `..`.
  scenarios_query(std::string project)
      : basic_list_query(resource::scenarios, std::move(project)) {}
  scenarios_query(char const* project) : scenarios_query(std::string(project)) {}

  /// Scenarios after which the walk ends, 1 or more. Default: no bound.
  scenarios_query& max_scenarios(std::int64_t scenarios) {
    set_max_items("max_scenarios", scenarios);
    return *this;
  }
};

/// Which batches to list: those of a scenario.
class batches_query : public basic_list_query<batches_query> {
 public:
  /// Takes the two references that the API shows. None of them may be empty, `.` or `..`.
  batches_query(std::string project, std::string scenario)
      : basic_list_query(resource::batches, std::move(project)) {
    set_scenario(std::move(scenario));
  }

  /// The state of the batches, a word of the server's such as `COMPLETED`. Empty: every state.
  /// Default empty.
  batches_query& status(std::string word) {
    set_status(std::move(word));
    return *this;
  }

  /// The type of endpoint that the batches have runs of. Empty: every type. Default empty.
  batches_query& endpoint_type(std::string type) {
    set_endpoint_type(std::move(type));
    return *this;
  }

  /// Batches after which the walk ends, 1 or more. Default: no bound.
  batches_query& max_batches(std::int64_t batches) {
    set_max_items("max_batches", batches);
    return *this;
  }

  using list_query::endpoint_type;
  using list_query::status;
};

}  // namespace simruns
