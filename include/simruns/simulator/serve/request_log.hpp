#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace simruns::simulator {

/// One request that reached a server. Never holds a credential header.
struct request_record {
  std::uint64_t number = 0;  ///< From 1, in the order of arrival at the server.
  std::string method;
  std::string target;     ///< Path and query as sent; cut after 4,096 bytes.
  unsigned status = 0;    ///< Of the answer; 0 if the connection was reset by a fault.
  std::size_t bytes = 0;  ///< Of the answer's body.
  bool faulty = false;    ///< Whether a fault was put into the answer, a delay among them.
  std::chrono::system_clock::time_point at;  ///< When the request had arrived.
};

/// The latest requests, in the order in which their answers were decided. Threads: any.
class request_log {
 public:
  /// Keeps at most `capacity` records; the oldest are dropped.
  explicit request_log(std::size_t capacity) : capacity_{capacity} {}

  void add(request_record record) {
    static constexpr std::size_t longest_target = 4096;
    if (record.target.size() > longest_target) record.target.resize(longest_target);
    std::scoped_lock const lock{mutex_};
    if (capacity_ == 0) return;
    if (records_.size() == capacity_) records_.pop_front();
    records_.push_back(std::move(record));
  }

  std::vector<request_record> records() const {
    std::scoped_lock const lock{mutex_};
    return {records_.begin(), records_.end()};
  }

  void clear() {
    std::scoped_lock const lock{mutex_};
    records_.clear();
  }

 private:
  std::size_t capacity_;
  mutable std::mutex mutex_;
  std::deque<request_record> records_;
};

}  // namespace simruns::simulator
