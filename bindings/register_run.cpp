#include "register.hpp"

#include "convert.hpp"
#include "handles.hpp"
#include "simruns/page/verdict.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace simruns_python {

namespace {

/// A part of a run, which keeps the run's page alive.
template <class Part>
struct part_of_run {
  simruns::run_ptr owner;
  Part const* part;
};
using py_turn = part_of_run<simruns::turn>;
using py_criterion = part_of_run<simruns::criterion>;

template <class Part>
py::list parts(simruns::run_ptr const& run, std::span<Part const> items) {
  py::list out(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) out[i] = part_of_run<Part>{run, &items[i]};
  return out;
}

py::object results_of(simruns::run const& run) {
  if (!run.metrics.results) return py::none();
  py::list out;
  for (auto const json : *run.metrics.results) out.append(to_python(json));
  return out;
}

std::string describe(py_run const& self) {
  auto const& run = *self.run;
  return "<simruns.Run " + std::string(run.id) + " " +
         std::string(to_string(simruns::verdict_of(run))) + ", " +
         std::to_string(run.turns.size()) + " turns>";
}

/// A read-only attribute that is a member of the run.
template <auto Member>
py::object field(py_run const& self) {
  return to_python((*self.run).*Member);
}
template <auto Member>
py::object metric(py_run const& self) {
  return to_python(self.run->metrics.*Member);
}
template <auto Member>
py::object rate(py_run const& self) {
  auto const& value = self.run->metrics.success_rate;
  return value ? to_python((*value).*Member) : py::object(py::none());
}
template <auto Member>
py::object fault(py_run const& self) {
  auto const& value = self.run->metrics.error_info;
  return value ? to_python((*value).*Member) : py::object(py::none());
}

/// Gives the start of a text, quoted and on one line, or None.
std::string excerpt(py::object const& text) {
  static constexpr std::size_t most = 40;
  if (text.is_none()) return "None";
  bool const cut = py::len(text) > most;
  auto const start = text[py::slice(0, most, 1)];
  return py::repr(start).cast<std::string>() + (cut ? "..." : "");
}

std::string describe_turn(py_turn const& t) {
  auto const number = py::str(to_python(t.part->sequence)).cast<std::string>();
  return "<simruns.Turn " + number + ": " + excerpt(to_python(t.part->text)) + ">";
}

std::string describe_criterion(py_criterion const& c) {
  return "<simruns.Criterion " + py::str(to_python(c.part->type)).cast<std::string>() + ": " +
         excerpt(to_python(c.part->params)) + ">";
}

/// Two runs are equal if they have the same id and the same text, also when they were read twice.
bool equal(py_run const& a, py_run const& b) {
  return a.run == b.run || (a.run->id == b.run->id && a.run->json() == b.run->json());
}

void register_parts(py::module_& m) {
  py::class_<py_turn> turn(m, "Turn");
  turn.def("__repr__", &describe_turn)
      .def_property_readonly("id", [](py_turn const& t) { return to_python(t.part->id); })
      .def_property_readonly("sequence",
                             [](py_turn const& t) { return to_python(t.part->sequence); })
      .def_property_readonly("text", [](py_turn const& t) { return to_python(t.part->text); })
      .def_property_readonly("data", [](py_turn const& t) { return to_python(t.part->data); })
      .def_property_readonly("created_at_ms",
                             [](py_turn const& t) { return to_python(t.part->created_at); })
      .def_property_readonly("created_at",
                             [](py_turn const& t) { return to_datetime(t.part->created_at); });
  copy_by_reference(turn, "keep run.to_json()");
  py::class_<py_criterion> criterion(m, "Criterion");
  criterion.def("__repr__", &describe_criterion)
      .def_property_readonly("type", [](py_criterion const& c) { return to_python(c.part->type); })
      .def_property_readonly("params",
                             [](py_criterion const& c) { return to_python(c.part->params); });
  copy_by_reference(criterion, "keep run.to_json()");
}

void add_metrics(py::class_<py_run>& c) {
  using simruns::error_info;
  using simruns::metrics;
  using simruns::success_rate;
  c.def_property_readonly("sentiment", &metric<&metrics::sentiment>)
      .def_property_readonly("success", &metric<&metrics::success>)
      .def_property_readonly("results", [](py_run const& r) { return results_of(*r.run); })
      .def_property_readonly("success_numerator", &rate<&success_rate::numerator>)
      .def_property_readonly("success_denominator", &rate<&success_rate::denominator>)
      .def_property_readonly("success_percentage", &rate<&success_rate::percentage>)
      .def_property_readonly("summary", &metric<&metrics::summary>)
      .def_property_readonly("is_batch_stopped", &metric<&metrics::is_batch_stopped>)
      .def_property_readonly("is_conversation_ended", &metric<&metrics::is_conversation_ended>)
      .def_property_readonly("error_category", &fault<&error_info::category>)
      .def_property_readonly("error_message", &fault<&error_info::message>)
      .def_property_readonly("error_technical_details", &fault<&error_info::technical_details>)
      .def_property_readonly("status", &metric<&metrics::status>);
}

}  // namespace

void register_run(py::module_& m) {
  using simruns::run;
  register_parts(m);
  py::class_<py_run> c(m, "Run");
  c.def_property_readonly("id", &field<&run::id>)
      .def_property_readonly("organisation", &field<&run::organisation>)
      .def_property_readonly("project", &field<&run::project>)
      .def_property_readonly("scenario", &field<&run::scenario>)
      .def_property_readonly("batch", &field<&run::batch>)
      .def_property_readonly("sequence", &field<&run::sequence>)
      .def_property_readonly("large_language_model", &field<&run::large_language_model>)
      .def_property_readonly("endpoint_type", &field<&run::endpoint_type>)
      .def_property_readonly("turns", [](py_run const& r) { return parts(r.run, r.run->turns); })
      .def_property_readonly("total_turns", &field<&run::total_turns>)
      .def_property_readonly("max_turns", &field<&run::max_turns>)
      .def_property_readonly("criteria",
                             [](py_run const& r) { return parts(r.run, r.run->criteria); })
      .def_property_readonly("created_at_ms", &field<&run::created_at>)
      .def_property_readonly("created_at",
                             [](py_run const& r) { return to_datetime(r.run->created_at); })
      .def_property_readonly("created_by", &field<&run::created_by>)
      .def_property_readonly("duration_ms", &field<&run::duration_ms>)
      .def_property_readonly("expires_at_ms", &field<&run::expires_at>)
      .def_property_readonly("expires_at",
                             [](py_run const& r) { return to_datetime(r.run->expires_at); })
      .def_property_readonly("expires_at_text", &field<&run::expires_at_text>)
      .def_property_readonly("verdict",
                             [](py_run const& r) { return to_string(simruns::verdict_of(*r.run)); })
      .def_property_readonly("contradictory",
                             [](py_run const& r) { return simruns::is_contradictory(*r.run); })
      .def_property_readonly("issues", [](py_run const& r) { return issue_list(r.run->issues); })
      .def("to_json", [](py_run const& r) { return to_python(r.run->json()); })
      .def("to_dict",
           [](py_run const& r) {
             return py::module_::import("json").attr("loads")(to_python(r.run->json()));
           })
      .def("__repr__", &describe)
      .def("__eq__", &equal, py::is_operator())
      .def("__hash__", [](py_run const& r) { return std::hash<std::string_view>{}(r.run->id); });
  copy_by_reference(c, "keep run.to_json()");
  add_metrics(c);
}

}  // namespace simruns_python
