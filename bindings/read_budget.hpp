#pragma once

#include "simruns/error.hpp"
#include "simruns/page/page.hpp"

#include <cstdint>
#include <string>

namespace simruns_python {

/// How many bytes of memory the pages of several walks may take together. Used in the core thread
/// only.
class read_budget {
 public:
  explicit read_budget(std::uint64_t most) : most_(most) {}

  /// Throws: request_error (too_large) where the page does not fit any more.
  void take(simruns::page const& page) {
    used_ += page.capacity();
    if (used_ <= most_) return;
    throw simruns::request_error(
        simruns::errc::too_large,
        "the runs take more memory than max_bytes, " + std::to_string(most_) +
            "; give more, go on behind the runs that came with start_at, or use runs(), which "
            "holds one page at a time");
  }

 private:
  std::uint64_t const most_;
  std::uint64_t used_ = 0;
};

}  // namespace simruns_python
