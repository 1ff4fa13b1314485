#pragma once

#include "plain_type.hpp"
#include "simruns/fwd.hpp"
#include "simruns/page/run.hpp"

#include <pybind11/pybind11.h>

#include <utility>

namespace simruns_python {

/// A run as Python holds it.
struct py_run {
  simruns::run_ptr run;
};

/// What a `simruns.Run` holds. Its turns and criteria are made when they are first asked for.
struct held_run {
  simruns::run_ptr run;
  py::object turns;
  py::object criteria;

  /// Lets go of the parts.
  void let_go() {
    turns.release().dec_ref();
    criteria.release().dec_ref();
  }
};

/// Makes a `simruns.Run`; null, with an error, if there is no memory.
inline PyObject* make_run(simruns::run_ptr run) noexcept {
  return plain_type<held_run>::create({std::move(run), {}, {}});
}

/// Whether anyone holds a `simruns.Run` or a part of it, beside who asks, who holds it once.
bool is_held_by_others(PyObject* run) noexcept;

/// Gives a `simruns.Run` and its parts memory of their own, in place of that of the page.
/// Throws: only `std::bad_alloc`.
void detach_in_place(PyObject* run);

}  // namespace simruns_python

namespace pybind11::detail {

/// Lets functions take and give runs.
template <>
struct type_caster<simruns_python::py_run> {
  PYBIND11_TYPE_CASTER(simruns_python::py_run, const_name("simruns.Run"));

  bool load(handle some, bool) {
    using type = simruns_python::plain_type<simruns_python::held_run>;
    if (!type::is(some.ptr())) return false;
    value.run = type::value_of(some.ptr()).run;
    return true;
  }

  static handle cast(simruns_python::py_run const& self, return_value_policy, handle) {
    return simruns_python::make_run(self.run);
  }
};

}  // namespace pybind11::detail
