#pragma once

#include "simruns/config.hpp"

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>

namespace simruns::detail {

/// A file that lines are appended to, each whole or not at all, also where the disk is full: what a
/// failed write left of a line is cut off.
class line_file {
 public:
  explicit line_file(std::string path);

  bool is_open() const { return out_.is_open(); }

  /// Appends `line` and its end. False: it could not be written, and `error` says why.
  bool append(std::string line);

  /// Cuts off what stands behind the first `bytes`. False: that is tried again before the next
  /// line.
  bool cut(std::uintmax_t bytes);

  void close() { out_.close(); }

  std::string const& path() const noexcept { return path_; }

  /// The `errno` of what failed last.
  int error() const noexcept { return error_; }

 private:
  void open();

  std::string path_;
  std::ofstream out_;
  std::optional<std::uintmax_t> torn_at_;  ///< Where a part of a line begins.
  int error_ = 0;
};

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/text/impl/line_file.ipp"
#endif
