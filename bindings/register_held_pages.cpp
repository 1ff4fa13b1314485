#include "register.hpp"

#include "at_index.hpp"
#include "convert.hpp"
#include "handles.hpp"
#include "page_maker.hpp"

#include <pybind11/stl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace simruns_python {

namespace {

using held = std::shared_ptr<held_pages>;

held pages_of_texts(py::iterable const& texts) {
  page_maker maker;
  for (auto const text : texts) maker.add(text.cast<std::string_view>());
  return maker.finish();
}

held pages_read(py::iterable const& texts, std::string name) {
  page_maker maker(std::move(name));
  for (auto const text : texts) maker.add(text);
  return maker.finish();
}

held select(held_pages const& pages, std::vector<std::size_t> const& indices) {
  for (auto const index : indices) {
    if (index >= pages.size()) throw py::index_error("run " + std::to_string(index));
  }
  return std::make_shared<held_pages>(pages.select(indices));
}

}  // namespace

void register_held_pages(py::module_& m) {
  using namespace py::literals;
  py::class_<held_pages, held> c(m, "Pages");
  c.def_static("of_texts", &pages_of_texts, "texts"_a)
      .def_static("read", &pages_read, "texts"_a, "name"_a)
      .def_static(
          "joined",
          [](std::vector<held> const& all) {
            return std::make_shared<held_pages>(held_pages::joined(all));
          },
          "walks"_a)
      .def("select", &select, "indices"_a)
      .def_property_readonly("completeness", [](held_pages const& p) { return p.tally; })
      .def_property_readonly("bad_runs", [](held_pages const& p) { return issue_list(p.bad_runs); })
      .def("__len__", &held_pages::size)
      .def("__getitem__", [](held_pages const& p, py::object const& index) {
        return at_index(index, p.size(), [&p](std::size_t i) { return p.at(i); });
      });
  copy_by_reference(c);
}

}  // namespace simruns_python
