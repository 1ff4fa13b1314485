#pragma once

#include "run_object.hpp"
#include "simruns/fwd.hpp"
#include "simruns/page/page.hpp"
#include "simruns/walk/completeness.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace simruns_python {

/// The pages of one walk, in memory; runs are found by their number.
class held_pages {
 public:
  void add(simruns::page page) {
    ends_.push_back(size() + page.size());
    pages_.push_back(std::move(page));
  }

  std::size_t size() const noexcept { return ends_.empty() ? 0 : ends_.back(); }

  /// Requires: `index < size()`.
  py_run at(std::size_t index) const;

  std::vector<simruns::page> const& pages() const noexcept { return pages_; }

  simruns::completeness tally;
  std::vector<simruns::bad_run> bad_runs;  ///< The runs that were left out.

 private:
  std::vector<simruns::page> pages_;
  std::vector<std::size_t> ends_;  ///< The number of runs up to and with each page.
};

/// Brings a copy of a list up to date, which only grows.
inline void append_new(std::vector<simruns::bad_run>& copy,
                       std::vector<simruns::bad_run> const& all) {
  copy.insert(copy.end(), all.begin() + std::ssize(copy), all.end());
}

}  // namespace simruns_python
