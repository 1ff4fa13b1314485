#pragma once

#include <pybind11/pybind11.h>

/// The parts of the module `simruns._core`, one file each.
namespace simruns_python {

void register_errors(pybind11::module_& m);
void register_query(pybind11::module_& m);
void register_discovery(pybind11::module_& m);
void register_run(pybind11::module_& m);
void register_pages(pybind11::module_& m);
void register_held_pages(pybind11::module_& m);
void register_pickling(pybind11::module_& m);
void register_arrow(pybind11::module_& m);
void register_operation(pybind11::module_& m);
void register_event_log(pybind11::module_& m);
void register_follow(pybind11::module_& m);
void register_client(pybind11::module_& m);
void register_probe(pybind11::module_& m);
void register_simulator(pybind11::module_& m);

}  // namespace simruns_python
