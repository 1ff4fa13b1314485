#pragma once

#include "run_object.hpp"
#include "simruns/fwd.hpp"
#include "simruns/page/page.hpp"
#include "simruns/walk/completeness.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace simruns_python {

/// Runs in memory, of one walk or of several, in any order: they are found by their number.
class held_pages {
 public:
  /// Adds the runs of a page behind the others.
  void add(simruns::page page);

  std::size_t size() const noexcept { return places_.size(); }

  /// Requires: `index < size()`.
  py_run at(std::size_t index) const;

  /// The runs of several, one after another; it shares their pages.
  static held_pages joined(std::vector<std::shared_ptr<held_pages>> const& all);

  /// Some of the runs, in this order. Pages of which none is chosen are let go.
  /// Requires: each index is below `size()`.
  held_pages select(std::vector<std::size_t> const& indices) const;

  /// The runs in their order, as pages: those that came, or ones that are gathered of them.
  std::vector<simruns::page> pages() const;

  simruns::completeness tally;
  std::vector<simruns::bad_run> bad_runs;  ///< The runs that were left out.

 private:
  /// Where a run is.
  struct place {
    std::uint32_t page;
    std::uint32_t index;
  };

  std::vector<simruns::page> pages_;
  std::vector<place> places_;  ///< Of each run, in order.
  bool as_they_came_ = true;   ///< The runs are those of the pages, one page after another.
};

/// Brings a copy of a list up to date, which only grows.
inline void append_new(std::vector<simruns::bad_run>& copy,
                       std::vector<simruns::bad_run> const& all) {
  copy.insert(copy.end(), all.begin() + std::ssize(copy), all.end());
}

}  // namespace simruns_python
