#pragma once

#include "simruns/simulator/data/stored_run.hpp"

#include <cstddef>
#include <deque>
#include <iosfwd>
#include <map>
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

/// The runs that a Simulator serves, grouped by batch. Within a batch ids are unique; any number of
/// runs may have none. Pointers to its runs stay valid while it lives, or while what it was moved
/// to lives.
class dataset {
 public:
  dataset() = default;
  dataset(dataset&&) = default;
  dataset& operator=(dataset&&) = default;

  /// Adds one run. Throws: dataset_error if its batch has a run of the same id already.
  void add(stored_run run);

  /// Every batch that has a run, in the order of their first runs.
  std::vector<batch_key> const& batches() const noexcept { return batches_; }

  /// The runs of a batch, in the order in which they were added. Empty if there is no such batch.
  std::vector<stored_run const*> const& runs_of(batch_key const& key) const;

  /// The number of runs of all batches together.
  std::size_t size() const noexcept { return runs_.size(); }
  bool empty() const noexcept { return runs_.empty(); }

  /// Whether a batch of this project has a run.
  bool has_project(std::string_view project) const;

 private:
  struct batch {
    std::vector<stored_run const*> runs;
    std::unordered_set<std::string_view> ids;
  };

  std::deque<stored_run> runs_;
  std::map<batch_key, batch> by_batch_;
  std::vector<batch_key> batches_;
};

/// Reads runs from a text that has the JSON object of one run in each line. Empty lines are
/// skipped. `source` names the input in errors. Throws: dataset_error.
dataset read_jsonl(std::istream& input, std::string const& source = "input");

/// Reads the file at `path` as `read_jsonl` reads a text. Throws: dataset_error.
dataset load_jsonl(std::string const& path);

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/data/impl/dataset.ipp"
#endif
