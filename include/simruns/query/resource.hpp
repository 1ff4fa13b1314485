#pragma once

#include <string_view>

namespace simruns {

/// What the server is asked for: pages of items, or one item.
enum class resource {
  runs,       ///< The runs of a batch.
  scenarios,  ///< The scenarios of a project.
  batches,    ///< The batches of a scenario.
  batch,      ///< One batch.
  run,        ///< One run.
};

/// Whether it is one item, not pages of them.
constexpr bool is_single(resource what) noexcept {
  return what == resource::batch || what == resource::run;
}

/// What one of its items is called.
constexpr std::string_view noun_of(resource what) noexcept {
  switch (what) {
    case resource::scenarios:
      return "scenario";
    case resource::batches:
    case resource::batch:
      return "batch";
    default:
      return "run";
  }
}

/// What several of its items are called.
constexpr std::string_view plural_of(resource what) noexcept {
  switch (what) {
    case resource::scenarios:
      return "scenarios";
    case resource::batches:
    case resource::batch:
      return "batches";
    default:
      return "runs";
  }
}

}  // namespace simruns
