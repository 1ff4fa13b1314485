#pragma once

#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/serve/request_log.hpp"
#include "simruns/simulator/serve/server_options.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace simruns::simulator {

/// A `server` with a thread of its own, for programs that have no executor at hand. It serves while
/// the object lives. Signals are not delivered to its thread.
class background_server {
 public:
  /// Serves as soon as this returns. Throws: as the constructor of `server`.
  explicit background_server(dataset runs, server_options options = {});

  background_server(background_server const&) = delete;
  background_server& operator=(background_server const&) = delete;
  ~background_server();

  /// Closes all connections and ends the thread. The request log stays readable. A second call does
  /// nothing. Threads: any but its own.
  void stop();

  /// The base URL, such as `http://127.0.0.1:41234/testing`.
  std::string url() const;
  std::uint16_t port() const noexcept;
  /// The right `X-API-Key`.
  std::string const& api_key() const noexcept;
  /// The right bearer token. Empty: none is accepted.
  std::string const& bearer_token() const noexcept;
  std::string const& project() const noexcept;
  /// Every batch that has runs, in the order of the data set.
  std::vector<batch_key> const& batches() const noexcept;

  /// The time of `server_options::live`. Null: the server is not live.
  std::shared_ptr<virtual_clock> const& clock() const noexcept;
  /// The time after which a live server changes no more. Zero: the server is not live.
  std::chrono::milliseconds live_until() const;

  /// The latest requests, oldest first. Threads: any.
  std::vector<request_record> requests() const;
  /// Forgets the requests so far. The numbers of later ones go on. Threads: any.
  void clear_requests();

 private:
  struct running;

  std::unique_ptr<running> running_;
};

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/serve/impl/background_server.ipp"
#endif
