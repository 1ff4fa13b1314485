#pragma once

#include "simruns/text/line_file.hpp"

#include <cstddef>
#include <mutex>
#include <string>

namespace simruns::simulator {

struct request_record;

/// One request as a line of JSON. Bytes beyond ASCII, which no target may hold, are
/// percent-encoded: the line is JSON whatever a client sends.
std::string log_line(request_record const& record);

/// A file to which each request is appended as a line of JSON, whole or not at all. Threads: any.
class request_log_file {
 public:
  /// Throws: std::runtime_error if the file cannot be opened.
  explicit request_log_file(std::string const& path);

  void add(request_record const& record);

  /// Throws: std::runtime_error if the file lacks requests, as when the disk was full. A second
  /// call does nothing.
  void close();

 private:
  std::mutex mutex_;
  simruns::detail::line_file file_;
  std::size_t lacking_ = 0;
};

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/serve/impl/request_log_file.ipp"
#endif
