#pragma once

#include <cstdint>

namespace simruns {

/// The sequence numbers from `first` to `last`, both included.
struct sequence_range {
  std::int64_t first = 0;
  std::int64_t last = 0;

  friend bool operator==(sequence_range const&, sequence_range const&) = default;
};

}  // namespace simruns
