#include "register.hpp"

#include "convert.hpp"
#include "failures.hpp"

namespace simruns_python {

namespace {

py::object text_or_none(std::string const& text) {
  return text.empty() ? py::object(py::none()) : readable(text);
}

py::object exception_for(simruns::request_failure const& failure) {
  using namespace py::literals;
  auto const kind = to_string(static_cast<simruns::errc>(failure.code.value()));
  return py::module_::import("simruns.core.errors")
      .attr("from_failure")(
          "kind"_a = std::string(kind), "message"_a = readable(failure.message),
          "status"_a = failure.status == 0 ? py::object(py::none()) : py::int_(failure.status),
          "code"_a = text_or_none(failure.server_code), "field"_a = text_or_none(failure.field),
          "trace_id"_a = text_or_none(failure.trace_id), "attempts"_a = failure.attempts,
          "elapsed"_a = static_cast<double>(failure.elapsed.count()) / 1000.0,
          "waited"_a = static_cast<double>(failure.waited.count()) / 1000.0,
          "retry_after"_a = failure.retry_after.count() == 0
                                ? py::object(py::none())
                                : py::float_(static_cast<double>(failure.retry_after.count())),
          "position"_a = text_or_none(failure.position),
          "cause"_a =
              failure.cause.failed() ? readable(failure.cause.message()) : py::object(py::none()),
          "text"_a = readable(to_string(failure)));
}

void set_error(simruns::request_failure const& failure) {
  auto const exception = exception_for(failure);
  PyErr_SetObject(py::type::handle_of(exception).ptr(), exception.ptr());
}

}  // namespace

void raise_failure(simruns::request_failure const& failure) {
  set_error(failure);
  throw py::error_already_set();
}

void register_errors(py::module_&) {
  py::register_local_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (simruns::request_error const& error) {
      set_error(error.failure());
    }
  });
}

}  // namespace simruns_python
