#pragma once

#include "simruns/config.hpp"

#include <string>
#include <vector>

namespace simruns::simulator::detail {

/// What came of replacing a file.
struct file_replacement {
  int error = 0;     ///< The `errno` of what failed; 0: the file is replaced.
  std::string kept;  ///< If it failed: the file that holds all lines, or empty.
};

/// Replaces a file by one of these lines; until it is whole, the old one stays. A symbolic link
/// stays one: the file that it leads to is replaced, and keeps its mode.
///
/// The lines go to a new file first, `.NAME.*.part` beside the old one, which nobody else can read.
/// A file that has to stay, as one that is mounted by itself, is written over in the end.
file_replacement replace_file(std::string const& path, std::vector<std::string> const& lines);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/data/impl/replace_file.ipp"
#endif
