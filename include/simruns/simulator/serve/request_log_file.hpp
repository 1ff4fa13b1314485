#pragma once

#include <fstream>
#include <mutex>
#include <string>

namespace simruns::simulator {

struct request_record;

/// One request as a line of JSON. Bytes beyond ASCII, which no target may hold, are
/// percent-encoded: the line is JSON whatever a client sends.
std::string log_line(request_record const& record);

/// A file to which each request is appended as a line of JSON. Threads: any.
class request_log_file {
 public:
  /// Throws: std::runtime_error if the file cannot be opened.
  explicit request_log_file(std::string const& path);

  void add(request_record const& record);

 private:
  std::mutex mutex_;
  std::ofstream file_;
};

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/serve/impl/request_log_file.ipp"
#endif
