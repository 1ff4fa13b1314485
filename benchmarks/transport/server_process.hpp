#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

namespace bench {

/// A Simulator of one batch in a process of its own, so that its processor time is not the
/// client's.
class server_process {
 public:
  /// Forks: to be made before there is a second thread.
  explicit server_process(std::size_t runs);
  server_process(server_process const&) = delete;
  server_process& operator=(server_process const&) = delete;
  ~server_process();

  std::string url, api_key, project, scenario, batch;
  bool apart;  ///< It has one core and its maker another.

 private:
  pid_t process_;
  int stop_;  ///< It ends when this closes, and so when we die.
};

}  // namespace bench
