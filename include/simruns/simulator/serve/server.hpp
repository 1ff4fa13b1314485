#pragma once

#include "simruns/simulator/data/dataset.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/serve/request_log.hpp"
#include "simruns/simulator/serve/server_options.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace simruns::simulator {

namespace detail {
class listener;
class service;
class timeline;
}  // namespace detail

/// The endpoint on one's own machine. It serves a data set over HTTP, on an executor of the caller,
/// which several threads may run. The context of that executor may be destroyed before the server.
class server {
 public:
  /// Listens and accepts from now on, and responds as soon as the executor runs.
  /// Throws: boost::system::system_error if it cannot listen there; std::invalid_argument for a
  /// path prefix that cannot stand in a URL, or for a certificate and a key that are no pair;
  /// request_error for an upstream that is no base URL.
  server(boost::asio::any_io_executor executor, dataset runs, server_options options = {});

  server(server const&) = delete;
  server& operator=(server const&) = delete;
  ~server();

  /// Closes everything, also connections whose response is under way, and returns at once. Whoever
  /// runs the executor does the rest. A second call does nothing. Threads: any.
  void stop();

  /// The base URL, such as `http://127.0.0.1:41234/testing`.
  std::string url() const { return url_; }
  std::uint16_t port() const noexcept { return port_; }
  /// The right `X-API-Key`.
  std::string const& api_key() const noexcept { return options_.api_key; }
  /// The right bearer token. Empty: none is accepted.
  std::string const& bearer_token() const noexcept { return options_.bearer_token; }
  std::string const& project() const noexcept { return options_.project; }
  /// Every batch that has runs, in the order of the data set.
  std::vector<batch_key> const& batches() const noexcept { return batches_; }

  /// The time of `server_options::live`. Null: the server is not live.
  std::shared_ptr<virtual_clock> const& clock() const noexcept { return options_.clock; }
  /// The time after which a live server changes no more. Zero: the server is not live.
  std::chrono::milliseconds live_until() const;

  /// The latest requests, oldest first. Threads: any.
  std::vector<request_record> requests() const;
  /// Forgets the requests so far. The numbers of later ones go on. Threads: any.
  void clear_requests();

 private:
  server_options options_;
  std::vector<batch_key> batches_;
  std::shared_ptr<detail::timeline const> life_;
  std::shared_ptr<detail::service> service_;
  std::weak_ptr<detail::listener> listener_;
  std::string url_;
  std::uint16_t port_ = 0;
};

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/serve/impl/server.ipp"
#endif
