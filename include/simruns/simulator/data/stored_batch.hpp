#pragma once

#include "simruns/simulator/data/stored_run.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace simruns::simulator {

/// A batch as the Simulator keeps it: the JSON text that it serves, and the values that lists of
/// batches are sorted and searched by. A text is empty where the batch does not have it.
struct stored_batch {
  std::string json;                  ///< The whole JSON object. Empty: it is made of the runs.
  std::string id;                    ///< `id`
  batch_key key;                     ///< The reference of the batch, and what it is of.
  std::string name;                  ///< `name`
  std::string status;                ///< `status`
  std::size_t number = 0;            ///< The batches of the data set that stand before it.
  std::optional<std::int64_t> runs;  ///< `runs`
  std::optional<std::int64_t> completed_runs;  ///< `completedRuns`
  std::optional<std::int64_t> failed_runs;     ///< `failedRuns`
  std::optional<std::int64_t> created_at;      ///< `createdAt`
  std::optional<std::int64_t> started_at;      ///< `startedAt`
  std::optional<std::int64_t> completed_at;    ///< `completedAt`
};

/// Makes a stored batch of the JSON text of one, and keeps that text as it is. Where the text does
/// not name its scenario or its project, those of `of` hold; the project may stay empty. Throws:
/// std::invalid_argument for what is no object, and for a batch without a reference or a scenario.
stored_batch parse_batch(std::string json, batch_key const& of = {});

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/data/impl/stored_batch.ipp"
#endif
