#pragma once

#include <unistd.h>

#include <atomic>

namespace simruns::detail {

/// The `T` of this process, which is made for the first who asks. A child of fork gets one of its
/// own: the threads of its parent's are not there, and its locks may be held for ever. Never
/// destroyed, since detached threads may use it.
template <class T>
T& of_this_process() {
  struct owned {
    pid_t owner = ::getpid();
    T value;
  };
  static std::atomic<owned*> current{nullptr};
  auto* here = current.load();
  while (here == nullptr || here->owner != ::getpid()) {
    auto* const made = new owned;
    if (current.compare_exchange_strong(here, made)) return made->value;
    delete made;
  }
  return here->value;
}

}  // namespace simruns::detail
