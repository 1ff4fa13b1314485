#include "register.hpp"

#include "convert.hpp"
#include "handles.hpp"

#include <pybind11/stl.h>

#include <algorithm>

namespace simruns_python {

py_run held_pages::at(std::size_t index) const {
  auto const found = std::upper_bound(ends_.begin(), ends_.end(), index);
  auto const number = static_cast<std::size_t>(found - ends_.begin());
  auto const begin = number == 0 ? 0 : ends_[number - 1];
  return py_run{pages_[number].share(index - begin)};
}

namespace {

template <class Pages>
void check_index(Pages const& pages, std::size_t index) {
  if (index >= pages.size()) {
    throw py::index_error("run " + std::to_string(index) + " of " + std::to_string(pages.size()));
  }
}

void register_completeness(py::module_& m) {
  using simruns::completeness;
  py::class_<completeness>(m, "Completeness")
      .def_readonly("received", &completeness::received)
      .def_readonly("duplicates", &completeness::duplicates)
      .def_readonly("total", &completeness::total_last)
      .def_readonly("total_first", &completeness::total_first)
      .def_readonly("pages", &completeness::pages)
      .def_readonly("requests", &completeness::requests)
      .def_readonly("reached_end", &completeness::reached_end)
      .def_property_readonly("verdict",
                             [](completeness const& c) { return to_string(c.verdict()); })
      .def("__str__", [](completeness const& c) { return to_string(c); })
      .def("__repr__",
           [](completeness const& c) { return "<simruns.Completeness " + to_string(c) + ">"; });
}

template <auto Member>
py::object paging(simruns::page const& page) {
  return to_python(page.pagination().*Member);
}

}  // namespace

void register_pages(py::module_& m) {
  using simruns::page;
  using simruns::pagination;
  py::class_<py_issue>(m, "Issue")
      .def_readonly("path", &py_issue::path)
      .def_readonly("message", &py_issue::message)
      .def("__repr__",
           [](py_issue const& i) { return "<simruns.Issue " + i.path + ": " + i.message + ">"; });
  register_completeness(m);
  py::class_<page>(m, "Page")
      .def("__len__", &page::size)
      .def("__getitem__",
           [](page const& p, std::size_t index) {
             check_index(p, index);
             return py_run{p.share(index)};
           })
      .def("__iter__",
           [](py::object self) {
             return py::module_::import("builtins")
                 .attr("map")(self.attr("__getitem__"),
                              py::module_::import("builtins").attr("range")(py::len(self)));
           })
      .def_property_readonly("limit", &paging<&pagination::limit>)
      .def_property_readonly("skip", &paging<&pagination::skip>)
      .def_property_readonly("total", &paging<&pagination::total>)
      .def_property_readonly("has_next", &paging<&pagination::has_next>)
      .def_property_readonly("has_previous", &paging<&pagination::has_previous>)
      .def_property_readonly("next", &paging<&pagination::next>)
      .def_property_readonly("previous", &paging<&pagination::previous>)
      .def_property_readonly("issues", [](page const& p) { return issue_list(p.issues()); })
      .def_property_readonly("issues_dropped", &page::issues_dropped)
      .def("body", [](page const& p) { return py::bytes(p.body().data(), p.body().size()); });
  py::class_<held_pages, std::shared_ptr<held_pages>>(m, "Pages")
      .def_property_readonly("completeness", [](held_pages const& p) { return p.tally; })
      .def("__len__", &held_pages::size)
      .def("__getitem__", [](held_pages const& p, std::size_t index) {
        check_index(p, index);
        return p.at(index);
      });
}

}  // namespace simruns_python
