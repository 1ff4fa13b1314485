#pragma once

#include "simruns/fwd.hpp"

#include <pybind11/pybind11.h>

#include <utility>
#include <vector>

namespace simruns_python {

/// The runs that a stream gave of the page in hand. A run keeps its page alive, so one that is
/// still held when the stream goes on to the next page gets memory of its own, unless so many are
/// held that their page costs less. Used with the GIL held.
class given_runs {
 public:
  /// `whole_pages`: all runs of a page are given. If not, the page is never worth keeping.
  explicit given_runs(bool whole_pages) : whole_pages_(whole_pages) {}

  /// Makes the object of a run, and remembers it; null, with an error, if there is no memory.
  PyObject* give(simruns::run_ptr run) noexcept;

  /// Takes that every run of the page in hand was given. The latest waits for the next page, since
  /// the loop that has it lets go of it only when it has the one after it.
  void leave_page() {
    if (given_.size() < 2) return;
    auto* const latest = given_.back();
    given_.pop_back();
    leave_all();
    given_.insert(given_.begin(), latest);
  }

  /// Takes that no further run comes. What lets go of a run may run code of Python, in which an
  /// interpreter that ends unwinds a daemon thread: then no destructor may let go of the others.
  void leave_all();

 private:
  void detach_those_held(std::vector<PyObject*> const& given) const;

  std::vector<PyObject*> given_;  ///< Owned, but by no destructor: see `leave_all`.
  bool whole_pages_;
};

}  // namespace simruns_python
