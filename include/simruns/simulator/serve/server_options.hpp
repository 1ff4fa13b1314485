#pragma once

#include "simruns/simulator/answer/detail/make_response.hpp"
#include "simruns/simulator/data/recording.hpp"
#include "simruns/simulator/faults/fault.hpp"
#include "simruns/simulator/live/schedule.hpp"
#include "simruns/simulator/live/virtual_clock.hpp"
#include "simruns/simulator/serve/request_log.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace simruns::simulator {

/// How a server is set up.
struct server_options {
  server_options() = default;

  /// The IP address to listen on. The default is reached from this machine only.
  std::string address{"127.0.0.1"};
  /// 0 takes a free one, which `server::port` then tells.
  std::uint16_t port = 0;
  /// Path before `/simulations`; may be empty.
  std::string path_prefix{"/testing"};
  /// The right `X-API-Key`. Empty: a random one is made, which `server::api_key` then tells.
  std::string api_key;
  /// The right bearer token. Empty: no `Authorization` is right.
  std::string bearer_token;
  /// The project that `server::project` names and that is served even without runs. Empty: that of
  /// the first run, or `demo-project`. Every project that has runs is served in any case.
  std::string project;

  /// Added to each answer. Zero: none. Default zero.
  std::chrono::milliseconds latency{0};
  /// Decides which answers go wrong, such as a `fault_script`. Empty: none does.
  fault_hook fault;

  /// Lets the runs come, settle and go as it tells, by `clock`. Empty: all are there, and settled.
  std::optional<schedule> live;
  /// The time of `live`. Empty: one of the server's own, at the speed of real time.
  std::shared_ptr<virtual_clock> clock;

  /// Certificate chain and private key, as PEM texts: with both, the server speaks TLS, and only
  /// that. Such as those of `self_signed_certificate`.
  std::string certificate;
  std::string private_key;

  /// A real server's base URL, to which every request is passed on as it came. Empty: none.
  std::string upstream;
  /// Gets the pages of `upstream`.
  std::shared_ptr<recording> record;

  /// Sees every answer when it is decided, on the thread that decides it; must not throw. Empty:
  /// nobody does.
  std::function<void(request_record const&, answer const&)> observer;

  /// Time for a whole request to arrive, from the answer before it. A drip cannot extend it.
  /// Default 60 s.
  std::chrono::milliseconds read_timeout{60'000};
  /// Time for one answer to be taken by its client. Default 60 s.
  std::chrono::milliseconds write_timeout{60'000};
  /// Bytes of a request's head; more is a 431. Default 64 KiB.
  std::uint32_t max_header_bytes = 64 * 1024;
  /// Bytes of a request's body, which is not looked at; more is a 413. Default 64 KiB.
  std::uint64_t max_body_bytes = 64 * 1024;
  /// Connections at a time; further ones are closed at once. Default 4,096.
  std::size_t max_connections = 4096;
  /// Records that the request log keeps; the oldest are dropped. Default 10,000.
  std::size_t log_capacity = 10'000;
};

}  // namespace simruns::simulator
