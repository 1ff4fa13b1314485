#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace simruns::simulator {

/// The address of a batch. A batch belongs to one scenario, and a scenario to one project.
struct batch_key {
  std::string project;   ///< `projectReference`
  std::string scenario;  ///< `simulationReference`
  std::string batch;     ///< `simulationRunBatchReference`

  friend auto operator<=>(batch_key const&, batch_key const&) = default;
};

/// A run as the Simulator keeps it: its own JSON text, which is served byte for byte, and the
/// values that `sort` and `filter` look at. A text is empty where the run does not have it.
struct stored_run {
  std::string json;                        ///< The whole JSON object of the run.
  std::string id;                          ///< `id`, or `_id` where there is no `id`; may be empty.
  std::size_t number = 0;                  ///< The runs of the data set that stand before it.
  batch_key key;                           ///< The batch that the run belongs to.
  std::string created_by;                  ///< `createdBy`
  std::string end_point_type;              ///< `endPointType`
  std::string model;                       ///< `largeLanguageModelReferenceId`
  std::string expires_at;                  ///< `expiresAt`
  std::string status;                      ///< `metrics.status`
  std::string sentiment;                   ///< `metrics.sentiment`
  std::optional<bool> success;             ///< `metrics.success`
  std::optional<std::int64_t> sequence;    ///< `sequence`
  std::optional<std::int64_t> created_at;  ///< `createdAt` as the run has it, usually milliseconds.
  std::optional<std::int64_t> duration;    ///< `duration`, in milliseconds.
  std::optional<std::int64_t> total_turns;  ///< `totalTurns`
  std::optional<std::int64_t> max_turns;    ///< `maxTurns`
  bool pending = false;                     ///< Whether its `metrics` say nothing.
  bool stopped = false;                     ///< `metrics.isBatchStopped`
};

/// Makes a stored run of the JSON text of one run, and keeps that text as it is. It takes what
/// `parse_page` takes, and reads texts as that does. An odd value cannot be sorted by. The three
/// references are required, as they are the address of the run: one that it does not name is that
/// of `read_from`, the batch that it was read from.
/// Throws: std::invalid_argument, which says what is wrong and what to do.
stored_run parse_run(std::string json, batch_key const& read_from = {});

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/data/impl/stored_run.ipp"
#endif
