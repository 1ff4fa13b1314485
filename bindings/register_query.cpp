#include "register.hpp"

#include "simruns/error.hpp"
#include "simruns/query/discovery_query.hpp"
#include "simruns/query/run_query.hpp"

#include <pybind11/stl.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simruns_python {

namespace py = pybind11;
using text = std::optional<std::string>;

static constexpr std::array walk_words{"auto", "cursor", "windows"};

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

static simruns::scenarios_query make_scenarios_query(std::string project, text const& sort,
                                                     std::optional<std::int64_t> max_items,
                                                     bool allow_incomplete) {
  simruns::scenarios_query out(std::move(project));
  if (sort) out.sort(*sort);
  if (max_items) out.max_scenarios(*max_items);
  out.allow_incomplete(allow_incomplete);
  return out;
}

static simruns::batches_query make_batches_query(std::string project, std::string scenario,
                                                 text const& sort, text const& status,
                                                 text const& endpoint_type,
                                                 std::optional<int> page_size,
                                                 std::optional<std::int64_t> max_items,
                                                 text const& start_at, bool allow_incomplete) {
  simruns::batches_query out(std::move(project), std::move(scenario));
  if (sort) out.sort(*sort);
  if (status) out.status(*status);
  if (endpoint_type) out.endpoint_type(*endpoint_type);
  if (page_size) out.page_size(*page_size);
  if (max_items) out.max_batches(*max_items);
  if (start_at) out.start_at(*start_at);
  out.allow_incomplete(allow_incomplete);
  return out;
}

static py::object or_none(std::string const& value) {
  return value.empty() ? py::object(py::none()) : py::str(value);
}

/// Gives what each argument of a query is if Python does not give it.
static py::dict query_defaults() {
  using namespace py::literals;
  simruns::run_query const q("p", "s", "b");
  std::string_view walk;
  for (auto const* const word : walk_words) {
    if (walk_mode_of(word) == q.walk()) walk = word;
  }
  return py::dict("sort"_a = q.sort(), "filter"_a = or_none(q.filter()),
                  "endpoint_type"_a = or_none(q.endpoint_type()), "page_size"_a = q.page_size(),
                  "skip"_a = q.skip(), "max_runs"_a = q.max_runs(), "start_at"_a = py::none(),
                  "start_before"_a = py::none(), "walk"_a = walk,
                  "bad"_a = q.skip_bad_runs() ? "issue" : "error", "strict"_a = q.strict(),
                  "allow_incomplete"_a = q.allow_incomplete());
}

void register_query(py::module_& m) {
  using namespace py::literals;
  py::class_<simruns::list_query>(m, "ListQuery");
  py::class_<simruns::scenarios_query, simruns::list_query>(m, "ScenariosQuery")
      .def(py::init(&make_scenarios_query), "project"_a, py::kw_only(), "sort"_a = py::none(),
           "max_items"_a = py::none(), "allow_incomplete"_a = false);
  py::class_<simruns::batches_query, simruns::list_query>(m, "BatchesQuery")
      .def(py::init(&make_batches_query), "project"_a, "scenario"_a, py::kw_only(),
           "sort"_a = py::none(), "status"_a = py::none(), "endpoint_type"_a = py::none(),
           "page_size"_a = py::none(), "max_items"_a = py::none(), "start_at"_a = py::none(),
           "allow_incomplete"_a = false);
  py::class_<simruns::run_query, simruns::list_query>(m, "Query")
      .def(py::init(&make_query), "project"_a, "scenario"_a, "batch"_a, py::kw_only(),
           "sort"_a = py::none(), "filter"_a = py::none(), "endpoint_type"_a = py::none(),
           "page_size"_a = py::none(), "skip"_a = py::none(), "max_runs"_a = py::none(),
           "start_at"_a = py::none(), "start_before"_a = py::none(), "walk"_a = py::none(),
           "bad"_a = py::none(), "strict"_a = false, "allow_incomplete"_a = false)
      .def_static("defaults", &query_defaults);
}

}  // namespace simruns_python
