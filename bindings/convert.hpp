#pragma once

#include "simruns/page/maybe.hpp"
#include "simruns/page/run.hpp"

#include <pybind11/pybind11.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace simruns_python {

namespace py = pybind11;

inline py::object to_python(std::string_view text) { return py::str(text.data(), text.size()); }
inline py::object to_python(bool value) { return py::bool_(value); }
inline py::object to_python(std::int64_t value) { return py::int_(value); }
inline py::object to_python(double value) { return py::float_(value); }
inline py::object to_python(simruns::time_point value) {
  return py::int_(value.time_since_epoch().count());
}
template <class Enum>
py::object to_python(simruns::open_enum<Enum> const& value) {
  return to_python(value.text);
}

/// A text with bytes from anywhere, as from a path; those that are no UTF-8 are shown as escapes.
inline py::object readable(std::string const& text) {
  auto const size = static_cast<Py_ssize_t>(text.size());
  auto* const out = PyUnicode_DecodeUTF8(text.data(), size, "backslashreplace");
  if (out == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(out);
}

/// Null and absent are both None; `Run.to_dict` tells them apart.
template <class T>
py::object to_python(simruns::maybe<T> const& value) {
  return value ? to_python(*value) : py::object(py::none());
}
template <class T>
py::object to_python(std::optional<T> const& value) {
  return value ? to_python(*value) : py::object(py::none());
}

/// A moment as an aware `datetime`, which holds the years 1 to 9999, as a page does.
py::object to_datetime(simruns::maybe<simruns::time_point> value);

/// Of handles on what never changes: a copy is the same object.
template <class Class>
void copy_by_reference(Class& c) {
  c.def("__copy__", [](py::object self) {
     return self;
   }).def("__deepcopy__", [](py::object self, py::object const&) { return self; });
}

/// Of what is not pickled: it says what to do `instead`.
template <class Class>
void refuse_pickling(Class& c, std::string const& instead) {
  c.def("__reduce__", [instead](py::object const& self) -> py::object {
    auto const name = py::type::of(self).attr("__name__").template cast<std::string>();
    throw py::type_error("a " + name + " is not pickled; " + instead);
  });
}

/// A method that shows an object by what a function of the Python module `looks` makes of it, which
/// is loaded when somebody looks.
inline auto shown_by(char const* module, char const* function) {
  return [module, function](py::object const& self) {
    return py::module_::import(module).attr(function)(self);
  };
}
inline auto card(char const* function) { return shown_by("simruns.looks.cards", function); }
inline auto line(char const* function) { return shown_by("simruns.looks.reprs", function); }

/// An issue, copied: it outlives its page.
struct py_issue {
  std::string path;
  std::string message;

  friend bool operator==(py_issue const&, py_issue const&) = default;
};

inline py::list issue_list(std::span<simruns::issue const> issues) {
  py::list out;
  for (auto const& i : issues) out.append(py_issue{std::string(i.path), std::string(i.message)});
  return out;
}

inline py::list issue_list(std::span<simruns::bad_run const> bad) {
  py::list out;
  for (auto const& b : bad) out.append(py_issue{b.path, issue_message(b)});
  return out;
}

}  // namespace simruns_python
