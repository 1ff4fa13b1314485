#include "register.hpp"

#include "convert.hpp"
#include "simruns/simulator/simulator.hpp"

#include <pybind11/stl.h>

#include <cmath>
#include <memory>
#include <optional>
#include <string>

namespace simruns_python {

namespace {

namespace simulator = simruns::simulator;

simulator::dataset make_dataset(std::optional<std::string> const& data, std::uint64_t seed,
                                std::size_t scenarios, std::size_t runs) {
  if (data) return simulator::load_jsonl(*data);
  simulator::generator_options options;
  options.seed = seed;
  options.scenarios = scenarios;
  options.runs = runs;
  return simulator::generate(options);
}

std::unique_ptr<simulator::background_server> make_simulator(
    std::optional<std::string> const& data, std::uint64_t seed, std::size_t scenarios,
    std::size_t runs, std::string const& host, std::uint16_t port,
    std::optional<std::string> const& api_key, std::optional<std::string> const& token,
    double latency_ms) {
  if (!(latency_ms >= 0 && latency_ms < 1e9)) {
    throw py::value_error("latency_ms is negative or not finite; give milliseconds");
  }
  py::gil_scoped_release const no_python_here;
  simulator::server_options options;
  options.address = host;
  options.port = port;
  options.api_key = api_key.value_or("");
  options.bearer_token = token.value_or("");
  options.latency = std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(latency_ms)));
  return std::make_unique<simulator::background_server>(make_dataset(data, seed, scenarios, runs),
                                                        std::move(options));
}

py::list batches_of(simulator::background_server const& server) {
  py::list out;
  for (auto const& key : server.batches()) {
    out.append(py::make_tuple(key.project, key.scenario, key.batch));
  }
  return out;
}

py::list requests_of(simulator::background_server const& server) {
  using namespace py::literals;
  py::list out;
  for (auto const& r : server.requests()) {
    out.append(py::dict("number"_a = r.number, "method"_a = r.method, "target"_a = r.target,
                        "status"_a = r.status));
  }
  return out;
}

}  // namespace

void register_simulator(py::module_& m) {
  using namespace py::literals;
  using server = simulator::background_server;
  py::class_<server>(m, "Simulator")
      .def(py::init(&make_simulator), py::kw_only(), "data"_a = py::none(), "seed"_a = 1,
           "scenarios"_a = 3, "runs"_a = 100, "host"_a = "127.0.0.1", "port"_a = 0,
           "api_key"_a = py::none(), "token"_a = py::none(), "latency_ms"_a = 0.0)
      .def_property_readonly("url", &server::url)
      .def_property_readonly("project", &server::project)
      .def_property_readonly("api_key", &server::api_key)
      .def("batches", &batches_of)
      .def("requests", &requests_of)
      .def("close", &server::stop, py::call_guard<py::gil_scoped_release>());
}

}  // namespace simruns_python
