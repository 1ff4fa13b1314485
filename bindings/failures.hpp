#pragma once

#include "simruns/error.hpp"

#include <pybind11/pybind11.h>

namespace simruns_python {

/// Throws what Python sees: an exception made by `simruns.core.errors.from_failure`.
[[noreturn]] void raise_failure(simruns::request_failure const& failure);

}  // namespace simruns_python
