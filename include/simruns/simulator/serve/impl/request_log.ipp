#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/serve/request_log.hpp"

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace simruns::simulator {

SIMRUNS_INLINE void request_log::add(request_record record) {
  static constexpr std::size_t longest_target = 4096;
  if (record.target.size() > longest_target) record.target.resize(longest_target);
  std::scoped_lock const lock{mutex_};
  if (capacity_ == 0) return;
  if (records_.size() == capacity_) records_.pop_front();
  records_.push_back(std::move(record));
}

SIMRUNS_INLINE std::vector<request_record> request_log::records() const {
  std::scoped_lock const lock{mutex_};
  return {records_.begin(), records_.end()};
}

SIMRUNS_INLINE void request_log::clear() {
  std::scoped_lock const lock{mutex_};
  records_.clear();
}

}  // namespace simruns::simulator
