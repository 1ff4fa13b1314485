#include "register.hpp"

#include "convert.hpp"
#include "secret.hpp"
#include "simruns/error.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/simulator/simulator.hpp"

#include <boost/system/system_error.hpp>
#include <pybind11/stl.h>
#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace simruns_python {

namespace {

namespace simulator = simruns::simulator;
using text = std::optional<std::string>;

std::chrono::milliseconds milliseconds(double count) {
  if (!(count >= 0 && count < 1e15)) throw py::value_error("a time is negative or not finite");
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(count)));
}

/// A response as it is kept for tests that hold it against the contract.
struct kept_response {
  std::string target;
  unsigned status;
  bool faulty;
  std::string body;
};

class response_keeper {
 public:
  explicit response_keeper(std::size_t most) : most_(most) {}

  void add(simulator::request_record const& record, simulator::response const& reply) {
    std::scoped_lock const lock(mutex_);
    if (kept_.size() == most_) kept_.pop_front();
    kept_.push_back({record.target, record.status, record.faulty, reply.body});
  }

  std::deque<kept_response> take() {
    std::scoped_lock const lock(mutex_);
    return std::exchange(kept_, {});
  }

 private:
  std::mutex mutex_;
  std::size_t most_;
  std::deque<kept_response> kept_;
};

/// What the Python class `Simulator` holds. The members that the server uses outlive it. In a child
/// of a fork, which has no thread to join, all of it is left as it is.
struct py_simulator {
  py_simulator() = default;
  py_simulator(py_simulator const&) = delete;
  py_simulator& operator=(py_simulator const&) = delete;
  ~py_simulator() {
    if (pid == ::getpid()) return;
    static_cast<void>(server.release());
    static_cast<void>(new std::shared_ptr<simulator::request_log_file>(std::move(log)));
    static_cast<void>(new std::shared_ptr<simulator::recording>(std::move(record)));
  }

  pid_t pid = ::getpid();
  std::shared_ptr<response_keeper> responses;
  std::shared_ptr<simulator::request_log_file> log;
  std::shared_ptr<simulator::recording> record;
  std::string certificate;
  std::vector<simulator::batch_truth> truths;
  std::unique_ptr<simulator::background_server> server;

  void close() {
    if (pid != ::getpid()) return;
    server->stop();
    if (record) record->close();
    if (log) log->close();
  }
};

/// The texts of runs that come from no file of lines, by the batch that they were read from: its
/// project, scenario and batch.
using batch_of_texts =
    std::pair<std::tuple<std::string, std::string, std::string>, std::vector<std::string>>;
using texts = std::optional<std::vector<batch_of_texts>>;

simulator::dataset dataset_of(std::vector<batch_of_texts> batches, std::string const& from) {
  simulator::dataset made;
  for (auto& [names, runs] : batches) {
    auto const key = std::make_from_tuple<simulator::batch_key>(names);
    for (auto& run : runs) {
      try {
        made.add(simulator::parse_run(std::move(run), key));
      } catch (std::exception const& error) {
        auto const number = std::to_string(made.size() + 1);
        throw simulator::dataset_error(from + ", run " + number, 0, error.what());
      }
    }
  }
  if (made.empty()) throw simulator::dataset_error(from, 0, "no runs in it");
  return made;
}

struct source {
  text data;
  texts runs;
  simulator::generator_options made;
};

simulator::dataset make_dataset(source from) {
  if (from.runs) return dataset_of(*std::move(from.runs), from.data.value_or("data"));
  if (from.data) return simulator::load_jsonl(*from.data);
  return simulator::generate(from.made);
}

void watch(py_simulator& made, simulator::server_options& options) {
  options.observer = [responses = made.responses, log = made.log](
                         simulator::request_record const& record,
                         simulator::response const& reply) {
    if (responses) responses->add(record, reply);
    if (log) log->add(record);
  };
}

/// The text of an error, without the source line that Boost adds for its own developers.
std::string without_place(boost::system::system_error const& failed) {
  std::string text = failed.what();
  auto const tail = failed.code().what();
  if (!text.ends_with(tail)) return text;
  return text.substr(0, text.size() - tail.size()) + failed.code().message();
}

std::unique_ptr<py_simulator> make_simulator(
    text const& data, texts runs_of_data, std::uint64_t seed, std::size_t scenarios,
    std::size_t batches, std::size_t runs, double wrongly_passed, std::string const& host,
    std::uint16_t port, secret const* api_key, secret const* token, double latency_ms,
    text const& live, double speed, text const& faults, bool self_signed, text const& certificate,
    secret const* private_key, text const& upstream, text const& record, text const& log,
    bool neighbours, std::size_t keep_responses) {
  py::gil_scoped_release const no_python_here;
  auto made = std::make_unique<py_simulator>();
  simulator::server_options options;
  options.address = host;
  options.port = port;
  options.api_key = text_of(api_key).value_or("");
  options.bearer_token = text_of(token).value_or("");
  options.latency = milliseconds(latency_ms);
  options.neighbours = neighbours;
  options.certificate = certificate.value_or("");
  options.private_key = text_of(private_key).value_or("");
  if (self_signed) {
    auto pair = simulator::self_signed_certificate();
    options.certificate = std::move(pair.certificate);
    options.private_key = std::move(pair.private_key);
  }
  made->certificate = options.certificate;
  if (live) {
    options.live = simulator::read_schedule(*live);
    options.clock = std::make_shared<simulator::virtual_clock>(speed);
  }
  if (faults && options.clock) {
    options.fault =
        simulator::read_fault_script(*faults, [clock = options.clock] { return clock->now(); });
  } else if (faults) {
    options.fault = simulator::read_fault_script(*faults);
  }
  options.upstream = upstream.value_or("");
  if (upstream) simruns::client_config{*upstream};  // refused before a file is made for it
  if (record) made->record = std::make_shared<simulator::recording>(*record);
  options.record = made->record;
  if (log) made->log = std::make_shared<simulator::request_log_file>(*log);
  if (keep_responses != 0) made->responses = std::make_shared<response_keeper>(keep_responses);
  watch(*made, options);

  source from{data, std::move(runs_of_data), {}};
  from.made.seed = seed;
  from.made.scenarios = scenarios;
  from.made.batches = batches;
  from.made.runs = runs;
  from.made.wrongly_passed_permille =
      static_cast<std::uint32_t>(std::lround(1000 * wrongly_passed));
  if (!data && !upstream) made->truths = simulator::true_success_rates(from.made);
  auto served = upstream ? simulator::dataset() : make_dataset(std::move(from));
  try {
    made->server =
        std::make_unique<simulator::background_server>(std::move(served), std::move(options));
  } catch (simruns::request_error const&) {
    throw;
  } catch (boost::system::system_error const& failed) {
    throw std::runtime_error(without_place(failed));
  }
  return made;
}

py::tuple tuple_of(simulator::batch_key const& key) {
  return py::make_tuple(key.project, key.scenario, key.batch);
}

py::list batches_of(py_simulator const& self) {
  py::list out;
  for (auto const& key : self.server->batches()) out.append(tuple_of(key));
  return out;
}

py::list truths_of(py_simulator const& self) {
  py::list out;
  for (auto const& truth : self.truths) {
    out.append(py::make_tuple(tuple_of(truth.key), truth.success_permille / 1000.0, truth.regressed,
                              truth.flaky, truth.outage, truth.weakness,
                              truth.stuck_permille / 1000.0, truth.wrongly_passed));
  }
  return out;
}

py::list requests_of(py_simulator const& self) {
  using namespace py::literals;
  py::list out;
  for (auto const& r : self.server->requests()) {
    auto const at = std::chrono::duration<double>(r.at.time_since_epoch()).count();
    out.append(py::dict("number"_a = r.number, "at"_a = at, "method"_a = r.method,
                        "target"_a = py::bytes(r.target).attr("decode")("latin-1"),
                        "status"_a = r.status, "bytes"_a = r.bytes, "faulty"_a = r.faulty));
  }
  return out;
}

py::list take_responses(py_simulator& self) {
  py::list out;
  if (!self.responses) return out;
  for (auto const& kept : self.responses->take()) {
    out.append(py::make_tuple(py::bytes(kept.target).attr("decode")("latin-1"), kept.status,
                              kept.faulty, py::bytes(kept.body)));
  }
  return out;
}

simulator::virtual_clock& clock_of(py_simulator const& self) {
  if (self.server->clock()) return *self.server->clock();
  throw py::value_error("only a live Simulator has a clock; make it with live=True");
}

}  // namespace

void register_simulator(py::module_& m) {
  using namespace py::literals;
  auto const none = py::none();
  py::class_<py_simulator>(m, "Simulator")
      .def(py::init(&make_simulator), py::kw_only(), "data"_a = none, "texts"_a = none,
           "seed"_a = 1, "scenarios"_a = 3, "batches"_a = 1, "runs"_a = 100,
           "wrongly_passed"_a = 0.0, "host"_a = "127.0.0.1", "port"_a = 0, "api_key"_a = none,
           "token"_a = none, "latency_ms"_a = 0.0, "live"_a = none, "speed"_a = 1.0,
           "faults"_a = none, "self_signed"_a = false, "certificate"_a = none,
           "private_key"_a = none, "upstream"_a = none, "record"_a = none, "log"_a = none,
           "neighbours"_a = true, "keep_responses"_a = 0)
      .def_property_readonly("url", [](py_simulator const& s) { return s.server->url(); })
      .def_property_readonly("project", [](py_simulator const& s) { return s.server->project(); })
      .def_property_readonly("api_key", [](py_simulator const& s) { return s.server->api_key(); })
      .def_property_readonly("certificate", [](py_simulator const& s) { return s.certificate; })
      .def_property_readonly("recorded",
                             [](py_simulator const& s) {
                               return s.record ? std::pair(s.record->size(), s.record->left_out())
                                               : std::pair<std::size_t, std::size_t>();
                             })
      .def("batches", &batches_of)
      .def("truths", &truths_of)
      .def("requests", &requests_of)
      .def("clear_requests", [](py_simulator& s) { s.server->clear_requests(); })
      .def("take_responses", &take_responses)
      .def_property_readonly("is_live",
                             [](py_simulator const& s) { return s.server->clock() != nullptr; })
      .def_property_readonly("live_until_ms",
                             [](py_simulator const& s) { return s.server->live_until().count(); })
      .def_property(
          "speed", [](py_simulator const& s) { return clock_of(s).speed(); },
          [](py_simulator& s, double speed) { clock_of(s).set_speed(speed); })
      .def("now_ms", [](py_simulator const& s) { return clock_of(s).now().count(); })
      .def("advance_ms",
           [](py_simulator& s, double step) { clock_of(s).advance(milliseconds(step)); })
      .def("close", &py_simulator::close, py::call_guard<py::gil_scoped_release>());
}

}  // namespace simruns_python
