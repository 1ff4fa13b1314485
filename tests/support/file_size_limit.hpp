#pragma once

#include <sys/resource.h>

#include <csignal>
#include <cstddef>

namespace test {

/// While it lives, no file of this process grows beyond so many bytes: the next write fails as it
/// does on a full disk, in the middle of a line.
class file_size_limit {
 public:
  explicit file_size_limit(std::size_t bytes) : signal_{std::signal(SIGXFSZ, SIG_IGN)} {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit const lower{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &lower);
  }
  file_size_limit(file_size_limit const&) = delete;
  file_size_limit& operator=(file_size_limit const&) = delete;
  ~file_size_limit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }

 private:
  void (*signal_)(int);
  rlimit before_{};
};

}  // namespace test
