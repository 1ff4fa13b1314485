#pragma once

#include "simruns/page/maybe.hpp"
#include "simruns/page/run.hpp"

#include <pybind11/pybind11.h>

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

/// Null and absent are both None; `Run.to_dict` tells them apart.
template <class T>
py::object to_python(simruns::maybe<T> const& value) {
  return value ? to_python(*value) : py::object(py::none());
}
template <class T>
py::object to_python(std::optional<T> const& value) {
  return value ? to_python(*value) : py::object(py::none());
}

/// A moment as an aware `datetime`. Raises OverflowError beyond its years 1 to 9999.
inline py::object to_datetime(simruns::maybe<simruns::time_point> const& value) {
  if (!value) return py::none();
  auto const datetime = py::module_::import("datetime");
  auto const epoch = datetime.attr("datetime")(
      1970, 1, 1, py::arg("tzinfo") = datetime.attr("timezone").attr("utc"));
  auto const since =
      datetime.attr("timedelta")(py::arg("milliseconds") = value->time_since_epoch().count());
  return epoch.attr("__add__")(since);
}

/// An issue, copied: it outlives its page.
struct py_issue {
  std::string path;
  std::string message;
};

inline py::list issue_list(std::span<simruns::issue const> issues) {
  py::list out;
  for (auto const& i : issues) out.append(py_issue{std::string(i.path), std::string(i.message)});
  return out;
}

}  // namespace simruns_python
