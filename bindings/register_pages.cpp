#include "register.hpp"

#include "at_index.hpp"
#include "convert.hpp"
#include "handles.hpp"
#include "simruns/text/spread_hash.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns_python {

namespace {

std::string describe(simruns::page const& p) {
  auto const& total = p.pagination().total;
  auto const of = total ? " of " + std::to_string(*total) : std::string();
  bool const more = p.pagination().has_next && *p.pagination().has_next;
  return "<simruns.Page: " + std::to_string(p.size()) + of + " runs" +
         (more ? ", with a next one>" : ">");
}

py::list gaps_of(simruns::completeness const& c) {
  py::list out;
  for (auto const& gap : c.gaps) out.append(py::make_tuple(gap.first, gap.last));
  return out;
}

/// Makes the completeness of what several walks brought together.
simruns::completeness make_completeness(
    std::int64_t received, std::int64_t duplicates, std::optional<std::int64_t> total_first,
    std::optional<std::int64_t> total, std::uint64_t pages, std::uint64_t requests,
    bool reached_end, bool partial, bool filtered, bool guessed, std::int64_t unnamed,
    std::int64_t foreign, std::int64_t bad, bool total_moved,
    std::optional<std::vector<std::optional<std::int64_t>>> sequences) {
  simruns::completeness out;
  out.guessed = guessed;
  out.unnamed = unnamed;
  out.foreign = foreign;
  out.bad = bad;
  out.total_moved = total_moved;
  bool const numbered = sequences && !filtered &&
                        std::ranges::all_of(*sequences, [](auto const& n) { return n && *n >= 1; });
  if (numbered) {
    std::vector<std::int64_t> numbers;
    for (auto const& number : *sequences) numbers.push_back(*number);
    out.number(numbers);
  }
  out.received = out.handed = received;
  out.duplicates = duplicates;
  out.total_first = total_first;
  out.total_last = total;
  out.pages = pages;
  out.requests = requests;
  out.reached_end = reached_end;
  out.partial = partial;
  out.filtered = filtered;
  return out;
}

void register_completeness(py::module_& m) {
  using namespace py::literals;
  using simruns::completeness;
  py::class_<completeness>(m, "Completeness")
      .def(py::init(&make_completeness), py::kw_only(), "received"_a = 0, "duplicates"_a = 0,
           "total_first"_a = py::none(), "total"_a = py::none(), "pages"_a = 0, "requests"_a = 0,
           "reached_end"_a = false, "partial"_a = false, "filtered"_a = false, "guessed"_a = false,
           "unnamed"_a = 0, "foreign"_a = 0, "bad"_a = 0, "total_moved"_a = false,
           "sequences"_a = py::none())
      .def_readonly("received", &completeness::received)
      .def_readonly("unnamed", &completeness::unnamed)
      .def_readonly("foreign", &completeness::foreign)
      .def_readonly("bad", &completeness::bad)
      .def_readonly("duplicates", &completeness::duplicates)
      .def_readonly("total", &completeness::total_last)
      .def_readonly("total_first", &completeness::total_first)
      .def_readonly("total_moved", &completeness::total_moved)
      .def_readonly("missing", &completeness::missing)
      .def_property_readonly("gaps", &gaps_of)
      .def_readonly("pages", &completeness::pages)
      .def_readonly("requests", &completeness::requests)
      .def_property_readonly("retries", &completeness::retries)
      .def_property_readonly("walk", [](completeness const& c) { return to_string(c.walk); })
      .def_readonly("doubt", &completeness::doubt)
      .def_readonly("filtered", &completeness::filtered)
      .def_readonly("guessed", &completeness::guessed)
      .def_readonly("reached_end", &completeness::reached_end)
      .def_readonly("partial", &completeness::partial)
      .def_readonly("limited", &completeness::limited)
      .def_property_readonly("empty", &completeness::empty)
      .def_readwrite("witness", &completeness::witness)
      .def_property_readonly("verdict",
                             [](completeness const& c) { return to_string(c.verdict()); })
      .def_property_readonly("text", [](completeness const& c) { return to_string(c); })
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
  py::class_<py_issue> issue(m, "Issue");
  issue
      .def(py::init([](std::string path, std::string message) {
             return py_issue{std::move(path), std::move(message)};
           }),
           py::arg("path"), py::arg("message"))
      .def_readonly("path", &py_issue::path)
      .def_readonly("message", &py_issue::message)
      .def("__repr__", line("issue_line"))
      .def("_repr_html_", card("issue_html"))
      .def(
          "__eq__", [](py_issue const& a, py_issue const& b) { return a == b; }, py::is_operator())
      .def("__hash__",
           [](py_issue const& i) { return simruns::detail::spread_hash{}(i.path + i.message); })
      .def("__reduce__", [](py::object const& self) {
        return py::make_tuple(py::type::of(self),
                              py::make_tuple(self.attr("path"), self.attr("message")));
      });
  copy_by_reference(issue);
  register_completeness(m);
  py::class_<page> one(m, "Page");
  one.def("__len__", &page::size)
      .def("__getitem__",
           [](page const& p, py::object const& index) {
             return at_index(index, p.size(), [&p](std::size_t i) { return py_run{p.share(i)}; });
           })
      .def("__iter__",
           [](py::object self) {
             return py::module_::import("builtins")
                 .attr("map")(self.attr("__getitem__"),
                              py::module_::import("builtins").attr("range")(py::len(self)));
           })
      .def("__repr__", &describe)
      .def("_repr_html_", card("page_html"))
      .def_property_readonly("limit", &paging<&pagination::limit>)
      .def_property_readonly("skip", &paging<&pagination::skip>)
      .def_property_readonly("total", &paging<&pagination::total>)
      .def_property_readonly("has_next", &paging<&pagination::has_next>)
      .def_property_readonly("has_previous", &paging<&pagination::has_previous>)
      .def_property_readonly("next", &paging<&pagination::next>)
      .def_property_readonly("previous", &paging<&pagination::previous>)
      .def_property_readonly("issues", [](page const& p) { return issue_list(p.issues()); })
      .def_property_readonly("issues_dropped", &page::issues_dropped)
      .def_property_readonly("bad_runs", [](page const& p) { return issue_list(p.bad_runs()); })
      .def("body", [](page const& p) { return py::bytes(p.body().data(), p.body().size()); });
  copy_by_reference(one);
  refuse_pickling(one, "keep page.body()");
}

}  // namespace simruns_python
