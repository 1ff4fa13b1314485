#pragma once

#include "simruns/simulator/faults/fault.hpp"
#include "simruns/simulator/live/schedule.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace simruns::simulator {

class recording;
class virtual_clock;
struct request_record;
struct response;

/// How a server is set up.
struct server_options {
  server_options() = default;

  /// The IP address to listen on. Default 127.0.0.1, which only this machine reaches.
  std::string address{"127.0.0.1"};
  /// The port to listen on. Zero: a free one, which `server::port` tells. Default 0.
  std::uint16_t port = 0;
  /// The path before `/simulations`. May be empty. Default `/testing`.
  std::string path_prefix{"/testing"};
  /// The right `X-API-Key`. Empty: a random one, which `server::api_key` tells.
  std::string api_key;
  /// The right bearer token. Empty: no `Authorization` is right.
  std::string bearer_token;
  /// The project that `server::project` names. It is served even without runs, as is every project
  /// that has runs. Empty: the project of the first run, or `demo-project`.
  std::string project;
  /// Whether the lists of scenarios and batches, single batches and single runs are served. If not,
  /// their paths are unknown, as to a server that has only the pages of runs. Default true.
  bool neighbours = true;

  /// The delay before each response. Zero: none. Default 0.
  std::chrono::milliseconds latency{0};
  /// Decides which responses go wrong, such as a `fault_script`. Empty: none does.
  fault_hook fault;

  /// Tells when runs come, settle and go, in the time of `clock`. None: all runs are there and
  /// settled from the beginning.
  std::optional<schedule> live;
  /// The time of `live`. Null: a clock of the server's own, at the speed of real time.
  std::shared_ptr<virtual_clock> clock;

  /// The certificate chain as a PEM text, such as that of `self_signed_certificate`. With a
  /// certificate and a private key, the server speaks TLS alone. Empty: no TLS.
  std::string certificate;
  /// The private key of the certificate, as a PEM text.
  std::string private_key;

  /// The base URL of a real server, to which every request is passed on as it came. Empty: none.
  std::string upstream;
  /// Gets the pages of `upstream`. Null: they are not recorded.
  std::shared_ptr<recording> record;

  /// Sees every response when it is decided, on the thread that decides it. Must not throw. Empty:
  /// nobody sees them.
  std::function<void(request_record const&, response const&)> observer;

  /// The time for a whole request to arrive, counted from the response before it. Default 60 s.
  std::chrono::milliseconds read_timeout{60'000};
  /// The time for a client to take one response. Default 60 s.
  std::chrono::milliseconds write_timeout{60'000};
  /// The bytes of a request's head. A longer head gets a 431. Default 64 KiB.
  std::uint32_t max_header_bytes = 64 * 1024;
  /// The bytes of a request's body, which nobody reads. A longer body gets a 413. Default 64 KiB.
  std::uint64_t max_body_bytes = 64 * 1024;
  /// The connections at a time. Further ones are closed at once. Default 4,096.
  std::size_t max_connections = 4096;
  /// The records that the request log keeps. It drops the oldest. Default 10,000.
  std::size_t log_capacity = 10'000;
};

}  // namespace simruns::simulator
