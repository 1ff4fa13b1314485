#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace simruns::simulator {

/// Keeps every run of the pages that it is given in a file, as `load_jsonl` reads it. A new run is
/// appended at once. A run that comes again replaces the one before when the recording is closed.
/// Threads: any.
class recording {
 public:
  /// Goes on with the file at `path` where there is one.
  /// Throws: dataset_error if the file cannot be read as runs, or cannot be written.
  explicit recording(std::string path);

  recording(recording const&) = delete;
  recording& operator=(recording const&) = delete;

  /// Closes the recording, and passes over errors: call `close` to learn of them.
  ~recording();

  /// Keeps the runs of the body of a page. Keeps nothing of a body that is no page.
  /// Throws: dataset_error if the file cannot be written.
  void add(std::string body);

  /// The number of runs that are kept.
  std::size_t size() const;

  /// The number of runs without an id or their references, and of bodies that are no page: none of
  /// them can be kept.
  std::size_t left_out() const;

  /// Writes what was replaced. A second call does nothing.
  /// Throws: dataset_error if the file cannot be written.
  void close();

 private:
  class file;

  std::unique_ptr<file> file_;
};

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/data/impl/recording.ipp"
#endif
