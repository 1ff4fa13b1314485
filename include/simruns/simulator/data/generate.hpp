#pragma once

#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/stored_run.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace simruns::simulator {

/// What to generate. The same options give the same bytes on every machine. More scenarios, batches
/// or runs leave those before them as they are.
struct generator_options {
  std::uint64_t seed = 1;                ///< Another seed gives other runs. Default 1.
  std::size_t scenarios = 5;             ///< Scenarios, from 1 to 10,000. Default 5.
  std::size_t batches = 1;               ///< Batches of each scenario, from 1 to 10,000. Default 1.
  std::size_t runs = 20;                 ///< Runs of each batch, about 5 KB each. Default 20.
  std::string project = "demo-project";  ///< The project of all runs. Must not be empty.
  /// The chance in 1/1,000 that the judge passes a run that failed, up to 1,000. Default 0.
  std::uint32_t wrongly_passed_permille = 0;
};

/// What an analysis of a generated batch ought to find.
struct batch_truth {
  batch_key key;  ///< The batch.
  /// The chance of `success` in 1/1,000, among the runs that end as success, failure or agent
  /// error, by a judge who is right.
  std::uint32_t success_permille;
  bool regressed = false;  ///< Whether it is lower than that of the scenario's first batch.
  bool flaky = false;      ///< Whether it is so near to a half that single runs tell little.
  /// Runs that an outage of the language model's provider ended. They tell nothing of the agent.
  std::size_t outage = 0;
  /// The criterion that 85 of 100 failures do not meet; 30 of 100 do not meet the other one.
  std::string weakness;
  /// The chance in 1/1,000 that in a failure the agent says one text again until no turn is left.
  std::uint32_t stuck_permille = 0;
  /// The ids of the runs that failed and that the judge passed all the same.
  std::vector<std::string> wrongly_passed{};
};

/// The truth of each batch, in the order of `generate(options).batches()`.
/// Throws: std::invalid_argument for options out of range.
std::vector<batch_truth> true_success_rates(generator_options const& options);

/// Makes runs that look real: several languages, emoji, escapes, long and empty texts, tool calls,
/// criteria that fail for a reason, errors, stopped runs and missing optional members. `createdAt`
/// grows with `sequence`, sometimes by nothing. From its second batch on, every third scenario is
/// worse than it was. In the third batch of each, the language model's provider fails now and then:
/// 8 of each 20 runs, one after the other. In every fourth scenario some failures are those of an
/// agent that is stuck. Throws: std::invalid_argument for options out of range.
dataset generate(generator_options const& options = {});

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/data/impl/generate.ipp"
#endif
