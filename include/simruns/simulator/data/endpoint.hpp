#pragma once

namespace simruns::simulator {

/// What a request asks for.
enum class endpoint {
  runs,       ///< A page of the runs of a batch.
  scenarios,  ///< A page of the scenarios of a project.
  batches,    ///< A page of the batches of a scenario.
  batch,      ///< One batch.
  run,        ///< One run.
};

}  // namespace simruns::simulator
