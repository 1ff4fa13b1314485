#include "register.hpp"

#include "simruns/error.hpp"
#include "simruns/query/run_query.hpp"

#include <pybind11/stl.h>

#include <cstdint>
#include <optional>
#include <string>

namespace simruns_python {

namespace py = pybind11;
using text = std::optional<std::string>;

static simruns::walk_mode walk_mode_of(std::string const& word) {
  using simruns::walk_mode;
  if (word == "auto") return walk_mode::automatic;
  if (word == "cursor") return walk_mode::cursor;
  if (word == "windows") return walk_mode::windows;
  throw simruns::request_error(simruns::errc::invalid_argument,
                               "walk is '" + word + "'; give auto, cursor or windows");
}

static bool skips_bad_runs(std::string const& word) {
  if (word == "error" || word == "issue") return word == "issue";
  throw simruns::request_error(simruns::errc::invalid_argument,
                               "bad is '" + word + "'; give error or issue");
}

static simruns::run_query make_query(std::string project, std::string scenario, std::string batch,
                                     text const& sort, text const& filter,
                                     text const& endpoint_type, std::optional<int> page_size,
                                     std::optional<std::int64_t> skip,
                                     std::optional<std::int64_t> max_runs, text const& start_at,
                                     text const& start_before, text const& walk, text const& bad,
                                     bool strict, bool allow_incomplete) {
  simruns::run_query out(std::move(project), std::move(scenario), std::move(batch));
  if (sort) out.sort(*sort);
  if (filter) out.filter(*filter);
  if (endpoint_type) out.endpoint_type(*endpoint_type);
  if (page_size) out.page_size(*page_size);
  if (skip) out.skip(*skip);
  if (max_runs) out.max_runs(*max_runs);
  if (start_at && start_before) {
    throw simruns::request_error(simruns::errc::invalid_argument,
                                 "start_at and start_before are given; only one can be where to "
                                 "start");
  }
  if (start_at) out.start_at(*start_at);
  if (start_before) out.start_before(*start_before);
  if (walk) out.walk(walk_mode_of(*walk));
  if (bad) out.skip_bad_runs(skips_bad_runs(*bad));
  out.strict(strict).allow_incomplete(allow_incomplete);
  return out;
}

void register_query(py::module_& m) {
  using namespace py::literals;
  py::class_<simruns::run_query>(m, "Query")
      .def(py::init(&make_query), "project"_a, "scenario"_a, "batch"_a, py::kw_only(),
           "sort"_a = py::none(), "filter"_a = py::none(), "endpoint_type"_a = py::none(),
           "page_size"_a = py::none(), "skip"_a = py::none(), "max_runs"_a = py::none(),
           "start_at"_a = py::none(), "start_before"_a = py::none(), "walk"_a = py::none(),
           "bad"_a = py::none(), "strict"_a = false, "allow_incomplete"_a = false);
}

}  // namespace simruns_python
