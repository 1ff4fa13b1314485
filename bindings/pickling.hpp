#pragma once

#include "handles.hpp"

#include <pybind11/pybind11.h>

namespace simruns_python {

/// What `__reduce__` gives of a run: how it is made again, of its own text and its issues.
pybind11::tuple reduce_run(simruns::run_ptr const& run);

/// The same of a part of a run: of the run, which pickle writes once, and the part's number.
pybind11::tuple reduce_part(char const* restore, simruns::run_ptr const& run, std::size_t number);

}  // namespace simruns_python
