#include "register.hpp"

#include "convert.hpp"
#include "handles.hpp"
#include "simruns/columns/arrow.hpp"

#include <pybind11/stl.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace simruns_python {

namespace py = pybind11;

namespace {

/// One table over the pages of several walks, or some of its columns, built as it is read.
class arrow_table {
 public:
  arrow_table(std::string const& name, std::vector<std::shared_ptr<held_pages>> const& walks,
              std::map<std::string, std::string> const& metadata, simruns::column_names only,
              simruns::scenario_names names)
      : which_(table_named(name)),
        metadata_(metadata.begin(), metadata.end()),
        only_(std::move(only)),
        names_(std::move(names)) {
    simruns::columns_of(which_, only_);  // Throws for a name that is not there.
    for (auto const& walk : walks) {
      if (!walk) throw py::type_error("None is no walk");
      for (auto& page : walk->pages()) pages_.push_back(std::move(page));
    }
  }

  py::object schema() const {
    auto* const out = new ArrowSchema{};
    py::capsule capsule(out, "arrow_schema", &release<ArrowSchema>);
    simruns::export_schema(which_, metadata_, out, only_);
    return capsule;
  }

  py::object stream(py::object const&) const {
    auto* const out = new ArrowArrayStream{};
    py::capsule capsule(out, "arrow_array_stream", &release<ArrowArrayStream>);
    simruns::export_stream(which_, pages_, metadata_, out, only_, names_);
    return capsule;
  }

  /// The words of the contract of each column that has such, in their order.
  py::dict contract_words() const {
    py::dict out;
    for (auto const& column : simruns::build(which_, simruns::page(), 0, only_).columns) {
      if (column.ordered()) out[to_python(column.name())] = column.words();
    }
    return out;
  }

  std::size_t rows() const {
    std::size_t count = 0;
    for (auto const& page : pages_) count += simruns::row_count(which_, page);
    return count;
  }

 private:
  static simruns::table table_named(std::string const& name) {
    if (name == "runs") return simruns::table::runs;
    if (name == "turns") return simruns::table::turns;
    if (name == "criteria") return simruns::table::criteria;
    if (name == "issues") return simruns::table::issues;
    throw py::value_error("no table '" + name + "'; there are runs, turns, criteria, issues");
  }

  /// The consumer takes the content and leaves `release` null; else it is ours to release.
  template <class Struct>
  static void release(PyObject* capsule) {
    char const* const name = PyCapsule_GetName(capsule);
    auto* const held = static_cast<Struct*>(PyCapsule_GetPointer(capsule, name));
    if (held == nullptr) return;
    if (held->release != nullptr) held->release(held);
    delete held;
  }

  simruns::table which_;
  simruns::table_metadata metadata_;
  simruns::column_names only_;
  simruns::scenario_names names_;
  std::vector<simruns::page> pages_;
};

}  // namespace

void register_arrow(py::module_& m) {
  using namespace py::literals;
  py::class_<arrow_table>(m, "ArrowTable")
      .def(py::init<std::string const&, std::vector<std::shared_ptr<held_pages>> const&,
                    std::map<std::string, std::string> const&, simruns::column_names,
                    simruns::scenario_names>(),
           "table"_a, "walks"_a, "metadata"_a, "columns"_a = simruns::column_names(),
           "names"_a = simruns::scenario_names())
      .def("__arrow_c_schema__", &arrow_table::schema)
      .def("__arrow_c_stream__", &arrow_table::stream, "requested_schema"_a = py::none())
      .def_property_readonly("contract_words", &arrow_table::contract_words)
      .def_property_readonly("num_rows", &arrow_table::rows);
}

}  // namespace simruns_python
