#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace simruns::simulator {

/// One request that reached a server. It never holds a credential.
struct request_record {
  std::uint64_t number = 0;  ///< Counts the requests of the server in their order, from 1.
  std::string method;        ///< The method, such as `GET`.
  std::string target;        ///< The path and the query, as sent. Cut after 4,096 bytes.
  unsigned status = 0;       ///< The status of the response. Zero: a fault reset the connection.
  std::size_t bytes = 0;     ///< The bytes of the response's body.
  bool faulty = false;       ///< Whether the response has a fault, such as a delay.
  std::chrono::system_clock::time_point at;  ///< The time at which the request had arrived.
};

/// The latest requests, in the order in which their responses were decided. Threads: any.
class request_log {
 public:
  /// Keeps at most `capacity` records, and drops the oldest.
  explicit request_log(std::size_t capacity) : capacity_{capacity} {}

  void add(request_record record);

  /// The records, oldest first.
  std::vector<request_record> records() const;

  void clear();

 private:
  std::size_t capacity_;
  mutable std::mutex mutex_;
  std::deque<request_record> records_;
};

}  // namespace simruns::simulator

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/serve/impl/request_log.ipp"
#endif
