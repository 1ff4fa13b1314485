#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <string>

namespace simruns_python {

namespace py = pybind11;

/// Gives the run at a Python index, from the end if negative, or the runs of a slice.
template <class At>
py::object at_index(py::handle index, std::size_t size, At at) {
  if (PySlice_Check(index.ptr())) {
    py::ssize_t begin = 0, end = 0, step = 0, count = 0;
    auto const slice = py::reinterpret_borrow<py::slice>(index);
    if (!slice.compute(static_cast<py::ssize_t>(size), &begin, &end, &step, &count)) {
      throw py::error_already_set();
    }
    py::list out;
    for (; count > 0; --count, begin += step) out.append(at(static_cast<std::size_t>(begin)));
    return out;
  }
  if (!PyIndex_Check(index.ptr())) {
    auto const kind = py::type::of(index).attr("__name__").cast<std::string>();
    throw py::type_error("a run is found by a whole number or a slice, not by " + kind);
  }
  auto given = PyNumber_AsSsize_t(index.ptr(), PyExc_IndexError);
  if (given == -1 && PyErr_Occurred() != nullptr) throw py::error_already_set();
  auto const found = given < 0 ? given + static_cast<py::ssize_t>(size) : given;
  if (found < 0 || found >= static_cast<py::ssize_t>(size)) {
    throw py::index_error("run " + std::to_string(given) + " of " + std::to_string(size));
  }
  return py::cast(at(static_cast<std::size_t>(found)));
}

}  // namespace simruns_python
