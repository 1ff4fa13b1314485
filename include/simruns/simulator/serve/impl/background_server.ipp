#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/serve/background_server.hpp"
#include "simruns/simulator/serve/server.hpp"
#include "simruns/simulator/serve/server_options.hpp"

#include <boost/asio/io_context.hpp>
#include <pthread.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace simruns::simulator {

/// The server of a background server, and the thread that runs its context.
struct background_server::running {
  running(dataset runs, server_options options)
      : endpoint{context.get_executor(), std::move(runs), std::move(options)} {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // a new thread inherits the mask
    try {
      thread = std::thread{[this] { serve(); }};
    } catch (...) {
      pthread_sigmask(SIG_SETMASK, &before, nullptr);
      throw;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  /// One connection's exception, such as a lack of memory, must not end the others.
  void serve() {
    for (bool done = false; !done;) {
      try {
        context.run();
        done = true;
      } catch (std::exception const&) {
        continue;
      }
    }
  }

  boost::asio::io_context context;
  server endpoint;
  std::mutex joining;
  std::thread thread;
};

SIMRUNS_INLINE background_server::background_server(dataset runs, server_options options)
    : running_{std::make_unique<running>(std::move(runs), std::move(options))} {}

SIMRUNS_INLINE background_server::~background_server() { stop(); }

SIMRUNS_INLINE void background_server::stop() {
  running_->endpoint.stop();
  std::scoped_lock const lock{running_->joining};
  if (running_->thread.joinable()) running_->thread.join();
}

SIMRUNS_INLINE std::string background_server::url() const { return running_->endpoint.url(); }

SIMRUNS_INLINE std::uint16_t background_server::port() const noexcept {
  return running_->endpoint.port();
}

SIMRUNS_INLINE std::string const& background_server::api_key() const noexcept {
  return running_->endpoint.api_key();
}

SIMRUNS_INLINE std::string const& background_server::bearer_token() const noexcept {
  return running_->endpoint.bearer_token();
}

SIMRUNS_INLINE std::string const& background_server::project() const noexcept {
  return running_->endpoint.project();
}

SIMRUNS_INLINE std::vector<batch_key> const& background_server::batches() const noexcept {
  return running_->endpoint.batches();
}

SIMRUNS_INLINE std::shared_ptr<virtual_clock> const& background_server::clock() const noexcept {
  return running_->endpoint.clock();
}

SIMRUNS_INLINE std::chrono::milliseconds background_server::live_until() const {
  return running_->endpoint.live_until();
}

SIMRUNS_INLINE std::vector<request_record> background_server::requests() const {
  return running_->endpoint.requests();
}

SIMRUNS_INLINE void background_server::clear_requests() { running_->endpoint.clear_requests(); }

}  // namespace simruns::simulator
