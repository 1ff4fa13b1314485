#pragma once

#include "simruns/config.hpp"
#include "simruns/text/line_file.hpp"

#include <cerrno>
#include <filesystem>
#include <ios>
#include <system_error>
#include <utility>

namespace simruns::detail {

SIMRUNS_INLINE line_file::line_file(std::string path) : path_{std::move(path)} { open(); }

SIMRUNS_INLINE void line_file::open() {
  errno = 0;
  out_.open(path_, std::ios::binary | std::ios::app);
  if (!out_) error_ = errno;
}

SIMRUNS_INLINE bool line_file::append(std::string line) {
  if (torn_at_ && !cut(*torn_at_)) return false;
  if (!out_.is_open()) open();
  std::error_code unknown;
  auto const before = std::filesystem::file_size(path_, unknown);
  line += '\n';
  errno = 0;
  out_ << line << std::flush;
  if (out_) return true;
  if (errno != 0) error_ = errno;
  out_.close();  // what the stream still holds goes to the file now, or never
  if (!unknown) cut(before);
  return false;
}

SIMRUNS_INLINE bool line_file::cut(std::uintmax_t bytes) {
  std::error_code failed;
  std::filesystem::resize_file(path_, bytes, failed);
  torn_at_.reset();
  if (!failed) return true;
  torn_at_ = bytes;
  error_ = failed.value();
  return false;
}

}  // namespace simruns::detail
