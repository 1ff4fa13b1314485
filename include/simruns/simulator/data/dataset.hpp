#pragma once

#include "simruns/simulator/data/stored_batch.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/data/stored_scenario.hpp"
#include "simruns/text/spread_hash.hpp"

#include <cstddef>
#include <deque>
#include <iosfwd>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace simruns::simulator {

/// Runs that cannot be served. `what()` names the file and the line, says what is wrong there and
/// what to do.
class dataset_error : public std::runtime_error {
 public:
  dataset_error(std::string source, std::size_t line, std::string const& message);

  /// The name of the input, such as the path of a file.
  std::string const& source() const noexcept { return source_; }
  /// The line, counted from 1. Zero: the error is not that of one line.
  std::size_t line() const noexcept { return line_; }

 private:
  std::string source_;
  std::size_t line_;
};

/// The runs that a Simulator serves, grouped by batch, and what is known of their batches and
/// scenarios. Within a batch ids are unique; any number of runs may have none. Pointers to its runs
/// stay valid while it lives, or while what it was moved to lives.
class dataset {
 public:
  dataset() = default;
  dataset(dataset&&) = default;
  dataset& operator=(dataset&&) = default;

  /// Adds one run. Throws: dataset_error if its batch has a run of the same id already.
  void add(stored_run run);

  /// Adds what is known of a scenario beside its runs. A second one of its reference replaces it.
  void add(stored_scenario told);

  /// Adds what is known of a batch beside its runs. A second one of its reference replaces it.
  void add(stored_batch told);

  /// Every batch that has a run, in the order of their first runs.
  std::vector<batch_key> const& batches() const noexcept { return batches_; }

  /// The runs of a batch, in the order in which they were added. Empty if there is no such batch.
  std::vector<stored_run const*> const& runs_of(batch_key const& key) const;

  /// The batches that have a run or were added, in the order in which they were first named.
  std::vector<batch_key> const& known_batches() const noexcept { return known_batches_; }

  /// The scenarios that have a run or a batch, or were added, in the order in which they were first
  /// named. Their keys name no batch.
  std::vector<batch_key> const& known_scenarios() const noexcept { return known_scenarios_; }

  /// The scenario that was added. Null: none was. `key` names no batch.
  stored_scenario const* told_scenario(batch_key const& key) const;

  /// The batch that was added. Null: none was.
  stored_batch const* told_batch(batch_key const& key) const;

  /// The number of runs of all batches together.
  std::size_t size() const noexcept { return runs_.size(); }
  /// Whether there is nothing at all.
  bool empty() const noexcept { return known_scenarios_.empty(); }

  /// Whether anything is of this project.
  bool has_project(std::string_view project) const;

 private:
  struct batch {
    std::vector<stored_run const*> runs;
    std::unordered_set<std::string_view, simruns::detail::spread_hash> ids;
  };

  void name_scenario(batch_key const& key);
  void name_batch(batch_key const& key);

  std::deque<stored_run> runs_;
  std::map<batch_key, batch> by_batch_;
  std::vector<batch_key> batches_;
  std::map<batch_key, std::optional<stored_scenario>> scenarios_;  // none: known by its batches
  std::map<batch_key, std::optional<stored_batch>> told_batches_;  // none: known by its runs
  std::vector<batch_key> known_scenarios_;
  std::vector<batch_key> known_batches_;
};

/// Reads runs from a text that has the JSON object of one run in each line. A line may also be
/// `{"scenario": {...}}` or `{"batch": {...}}`, as a recording writes them. Empty lines are
/// skipped. `source` names the input in errors. Throws: dataset_error.
dataset read_jsonl(std::istream& input, std::string const& source = "input");

/// Reads the file at `path` as `read_jsonl` reads a text. Throws: dataset_error.
dataset load_jsonl(std::string const& path);

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/data/impl/dataset.ipp"
#endif
