#include "register.hpp"

#include "async_step.hpp"
#include "event_log.hpp"
#include "failures.hpp"
#include "operation.hpp"
#include "simruns/fetch/failure_of.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace simruns_python {

namespace py = pybind11;

simruns::request_failure operation::failure_of(std::exception_ptr thrown) {
  return simruns::detail::failure_of(thrown);
}

bool wait_with_signals(operation& op, std::optional<std::chrono::milliseconds> limit) {
  using clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds slice{50};  // how long a signal may have to wait
  if (!op.is_of_this_process()) {
    throw simruns::request_error(simruns::errc::invalid_argument,
                                 "this was begun before fork, in the parent; begin it anew");
  }
  auto const until = limit ? clock::now() + *limit : clock::time_point::max();
  for (;;) {
    auto patience = slice;
    if (limit) {
      auto const left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now());
      patience = std::clamp(left, std::chrono::milliseconds{0}, slice);
    }
    auto* const state = PyEval_SaveThread();
    bool const done = op.wait_for(patience);
    PyEval_RestoreThread(state);
    if (done) {  // a signal that is left for later is raised where the result is lost
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      return true;
    }
    try {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      drain_event_log();
      op.end_if_abandoned();
    } catch (py::error_already_set const&) {
      op.cancel();
      throw;
    }
    if (limit && clock::now() >= until) return false;
  }
}

py::object result_of(operation const& op) {
  drain_event_log();
  struct to_object {
    py::object operator()(std::monostate) const { return py::none(); }
    py::object operator()(simruns::page const& p) const { return py::cast(p); }
    py::object operator()(std::shared_ptr<held_pages> const& p) const { return py::cast(p); }
    py::object operator()(simruns::run_ptr const& r) const { return py::cast(py_run{r}); }
    py::object operator()(simruns::batch_info const& b) const { return py::cast(b); }
    py::object operator()(simruns::batch_witness const& w) const { return py::cast(w); }
    py::object operator()(bool more) const { return py::bool_(more); }
    py::object operator()(simruns::request_failure const& f) const { raise_failure(f); }
  };
  return std::visit(to_object{}, op.result());
}

void register_operation(py::module_& m) {
  register_async_step();
  py::class_<mailbox, std::shared_ptr<mailbox>>(m, "Mailbox")
      .def(py::init([] {
        auto box = std::make_shared<mailbox>();
        event_log::instance().wake(box);
        return box;
      }))
      .def("fileno", &mailbox::descriptor)
      .def("take",
           [](mailbox& box) {
             drain_event_log();
             return box.take();
           })
      .def("close", &mailbox::close);

  py::class_<operation, std::shared_ptr<operation>>(m, "Operation")
      .def("wait",
           [](operation& op) {
             wait_with_signals(op, std::nullopt);
             return result_of(op);
           })
      .def("wait_for",
           [](operation& op, double seconds) {
             auto const limit = std::clamp(seconds, 0.0, 1e6);
             return wait_with_signals(
                 op, std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(limit * 1e3))));
           })
      .def("done", &operation::done)
      .def("result",
           [](operation const& op) {
             if (!op.done()) throw std::runtime_error("the operation is not done; wait for it");
             return result_of(op);
           })
      .def("cancel", &operation::cancel)
      .def_property_readonly("held", &operation::held)
      .def_property_readonly("received", [](operation const& op) { return op.received.load(); })
      .def_property_readonly("total", [](operation const& op) -> std::optional<std::int64_t> {
        auto const value = op.total.load();
        if (value < 0) return std::nullopt;
        return value;
      });

  auto const stop = py::cpp_function([] {
    auto* const state = PyEval_SaveThread();
    io_thread::shutdown();
    PyEval_RestoreThread(state);
  });
  py::module_::import("atexit").attr("register")(stop);
}

}  // namespace simruns_python
