#pragma once

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>

namespace test {

/// What a process ended with: what it gave to `exit`, or -1 where a signal ended it.
inline int exit_status_of(pid_t child) {
  int status = -1;
  if (::waitpid(child, &status, 0) != child) throw std::runtime_error("waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Runs the test cases that a filter names in a process of its own; what that ends with.
inline int run_in_own_process(std::string filter) {
  std::array<char*, 3> const arguments{const_cast<char*>("self"), filter.data(), nullptr};
  pid_t child = 0;
  if (::posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ) != 0)
    throw std::runtime_error("posix_spawn");
  return exit_status_of(child);
}

}  // namespace test
