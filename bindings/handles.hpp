#pragma once

#include "simruns/fwd.hpp"
#include "simruns/page/page.hpp"
#include "simruns/walk/completeness.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace simruns_python {

/// A run as Python holds it.
struct py_run {
  simruns::run_ptr run;
};

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

  /// The runs that their pages left out, each once.
  std::vector<simruns::bad_run> bad_runs() const;

  simruns::completeness tally;

 private:
  std::vector<simruns::page> pages_;
  std::vector<std::size_t> ends_;  ///< The number of runs up to and with each page.
};

}  // namespace simruns_python
