#pragma once

#include "simruns/simulator/data/endpoint.hpp"
#include "simruns/simulator/data/stored_run.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace simruns::simulator {

/// Keeps every run, scenario and batch of the responses that it is given in a file, as `load_jsonl`
/// reads it. A new one is appended at once. One that comes again replaces the one before when the
/// recording is closed.
/// The file has whole lines only, also after a disk was full: what a failed write left of a line is
/// cut off, and the next page is written as soon as there is room.
/// Threads: any.
class recording {
 public:
  /// Goes on with the file at `path` where there is one. The beginning of a line at its end, which
  /// a killed process leaves, is cut off. Throws: dataset_error if the file cannot be read as runs,
  /// or cannot be written.
  explicit recording(std::string path);

  recording(recording const&) = delete;
  recording& operator=(recording const&) = delete;

  /// Closes the recording, and passes over errors: call `close` to learn of them.
  ~recording();

  /// Keeps what the body of a response holds: a page, or what else was asked for. `asked` has the
  /// project and the scenario of the request, for an item that does not name them. Keeps nothing of
  /// a body that is not of that form, and passes over scenarios and batches without a reference.
  /// Throws: dataset_error if a part of it cannot be written, those before it are kept; and if the
  /// recording is closed.
  void add(std::string body, endpoint what = endpoint::runs, batch_key const& asked = {});

  /// The number of runs that are kept.
  std::size_t size() const;

  /// The number of runs without their references, and of bodies that are not of the right form:
  /// none of them can be kept.
  std::size_t left_out() const;

  /// Writes what was replaced. A second call does nothing.
  /// Throws: dataset_error if the file cannot be written, or if there are runs that `add` could not
  /// write, and that did not come again.
  void close();

 private:
  class file;

  std::unique_ptr<file> file_;
};

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/data/impl/recording.ipp"
#endif
