#pragma once

#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/serve/request_log.hpp"
#include "simruns/simulator/serve/server.hpp"
#include "simruns/simulator/serve/server_options.hpp"

#include <boost/asio/io_context.hpp>

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

/// A `server` with a thread of its own, for programs that have no executor at hand: it serves while
/// the object lives. Signals are not delivered to its thread.
class background_server {
 public:
  /// Serves as soon as this returns. Throws: as the constructor of `server`.
  explicit background_server(dataset runs, server_options options = {})
      : server_{context_.get_executor(), std::move(runs), std::move(options)} {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // a new thread inherits the mask
    try {
      thread_ = std::thread{run, &context_};
    } catch (...) {
      pthread_sigmask(SIG_SETMASK, &before, nullptr);
      throw;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  background_server(background_server const&) = delete;
  background_server& operator=(background_server const&) = delete;
  ~background_server() { stop(); }

  /// Closes all connections and ends the thread; the request log stays readable. A second call does
  /// nothing. Threads: any but its own.
  void stop() {
    server_.stop();
    std::scoped_lock const lock{joining_};
    if (thread_.joinable()) thread_.join();
  }

  std::string url() const { return server_.url(); }
  std::uint16_t port() const noexcept { return server_.port(); }
  std::string const& api_key() const noexcept { return server_.api_key(); }
  std::string const& bearer_token() const noexcept { return server_.bearer_token(); }
  std::string const& project() const noexcept { return server_.project(); }
  std::vector<batch_key> const& batches() const noexcept { return server_.batches(); }
  std::shared_ptr<virtual_clock> const& clock() const noexcept { return server_.clock(); }
  std::chrono::milliseconds live_until() const { return server_.live_until(); }
  std::vector<request_record> requests() const { return server_.requests(); }
  void clear_requests() { server_.clear_requests(); }

 private:
  /// One connection's exception, such as a lack of memory, must not end the others.
  static void run(boost::asio::io_context* context) {
    for (bool done = false; !done;) {
      try {
        context->run();
        done = true;
      } catch (std::exception const&) {
        continue;
      }
    }
  }

  boost::asio::io_context context_;
  server server_;
  std::mutex joining_;
  std::thread thread_;
};

}  // namespace simruns::simulator
