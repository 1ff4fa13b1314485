#pragma once

#include <csignal>

namespace simruns::detail {

/// Holds all signals off the calling thread, and so off those that it starts.
class signals_held_off {
 public:
  signals_held_off() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  signals_held_off(signals_held_off const&) = delete;
  signals_held_off& operator=(signals_held_off const&) = delete;
  ~signals_held_off() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace simruns::detail
