#include "register.hpp"

#include "convert.hpp"
#include "given_runs.hpp"
#include "handles.hpp"
#include "page_maker.hpp"
#include "pickling.hpp"
#include "plain_type.hpp"
#include "simruns/error.hpp"
#include "simruns/page/judged_criteria.hpp"
#include "simruns/page/parse_page.hpp"
#include "simruns/page/role.hpp"
#include "simruns/page/verdict.hpp"
#include "simruns/text/spread_hash.hpp"

#include <datetime.h>
#include <pybind11/gil_safe_call_once.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns_python {

namespace {

/// What a `simruns.Turn` holds. It keeps the page of its run alive.
struct held_turn {
  simruns::run_ptr run;
  simruns::turn const* turn;
  simruns::turn_role who;
  py::object text;  ///< Kept where it is beyond ASCII, of which making it anew takes long.
};

/// What a `simruns.Criterion` holds.
struct held_criterion {
  simruns::run_ptr run;
  simruns::criterion const* criterion;
  simruns::maybe<bool> success;
  py::object name;
  py::object reason;
};

using run_type = plain_type<held_run>;
using turn_type = plain_type<held_turn>;
using criterion_type = plain_type<held_criterion>;

py::object owned(PyObject* made) {
  if (made == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(made);
}

/// Makes a tuple of as many objects, each by `make(index)`.
template <class Make>
py::object tuple_of(std::size_t size, Make const& make) {
  py::tuple out(size);
  for (std::size_t i = 0; i < size; ++i) {
    PyTuple_SET_ITEM(out.ptr(), static_cast<Py_ssize_t>(i), owned(make(i)).release().ptr());
  }
  return out;
}

/// Makes what `kept` is to keep, unless another thread has made it meanwhile.
template <class Make>
py::object made_once(py::object& kept, Make const& make) {
  if (kept) return kept;
  auto made = make();
  if (!kept) kept = std::move(made);
  return kept;
}

py::object turns_of(held_run& self) {
  return made_once(self.turns, [run = self.run] {
    auto const roles = simruns::roles_of(*run);
    return tuple_of(roles.size(), [&](std::size_t i) {
      return turn_type::create({run, &run->turns[i], roles[i], {}});
    });
  });
}

py::object criteria_of(held_run& self) {
  return made_once(self.criteria, [run = self.run] {
    simruns::judged_criteria reader;
    auto const judged = reader.of(*run);
    return tuple_of(judged.size(), [&](std::size_t i) {
      auto const& [name, result] = judged[i];
      return criterion_type::create(
          {run, &run->criteria[i], result.success, to_python(name), to_python(result.reason)});
    });
  });
}

/// The text of a word of an enumeration, made once.
template <class Enum>
py::object word(Enum value) {
  static std::array<PyObject*, 8> words{};
  auto*& made = words.at(static_cast<std::size_t>(value));
  if (made == nullptr) {
    made = to_python(to_string(value)).release().ptr();
    PyUnicode_InternInPlace(&made);
  }
  return py::reinterpret_borrow<py::object>(made);
}

py::object role_of(held_turn const& self) {
  return self.who.role ? word(*self.who.role) : py::object(py::none());
}

py::object text_of(held_turn& self) {
  if (self.text) return self.text;
  auto text = to_python(self.turn->text);
  if (!text.is_none() && !PyUnicode_IS_ASCII(text.ptr())) self.text = text;
  return text;
}

/// A member of the run, or of one of the objects in it, as an attribute.
template <auto Member>
PyGetSetDef of_run(char const* name) {
  return run_type::attribute(name, [](held_run const& r) { return to_python((*r.run).*Member); });
}
template <auto Member>
PyGetSetDef of_metrics(char const* name) {
  return run_type::attribute(name,
                             [](held_run const& r) { return to_python(r.run->metrics.*Member); });
}
template <auto Member>
PyGetSetDef of_rate(char const* name) {
  return run_type::attribute(name, [](held_run const& r) {
    auto const& rate = r.run->metrics.success_rate;
    return rate ? to_python((*rate).*Member) : py::object(py::none());
  });
}
template <auto Member>
PyGetSetDef of_error(char const* name) {
  return run_type::attribute(name, [](held_run const& r) {
    auto const& error = r.run->metrics.error_info;
    return error ? to_python((*error).*Member) : py::object(py::none());
  });
}
template <auto Member>
PyGetSetDef of_turn(char const* name) {
  return turn_type::attribute(name,
                              [](held_turn const& t) { return to_python((*t.turn).*Member); });
}

/// The results of a run, each as `make` makes it of its text.
template <class Make>
py::object results_of(held_run const& self, Make const& make) {
  auto const run = self.run;  // a stream may give `self` another meanwhile: see `detach_in_place`
  auto const& results = run->metrics.results;
  if (!results) return py::none();
  py::list out;
  for (auto const json : *results) out.append(make(json));
  return out;
}

/// Gives the parse of a JSON text.
py::object parsed(std::string_view json) {
  // First, since an import lets other threads run, which may free the page of the text.
  auto const text = to_python(json);
  PYBIND11_CONSTINIT static py::gil_safe_call_once_and_store<py::object> loads;
  auto const& parse =
      loads.call_once_and_store_result([] { return py::module_::import("json").attr("loads"); })
          .get_stored();
  return parse(text);
}
py::object parsed(simruns::maybe<std::string_view> const& json) {
  return json ? parsed(*json) : py::object(py::none());
}

}  // namespace

py::object to_datetime(simruns::maybe<simruns::time_point> const value) {
  if (!value) return py::none();
  if (PyDateTimeAPI == nullptr) PyDateTime_IMPORT;
  if (PyDateTimeAPI == nullptr) throw py::error_already_set();
  auto const midnight = std::chrono::floor<std::chrono::days>(*value);
  std::chrono::year_month_day const day(midnight);
  std::chrono::hh_mm_ss const time(*value - midnight);
  auto const microseconds = std::chrono::microseconds(time.subseconds()).count();
  return owned(PyDateTimeAPI->DateTime_FromDateAndTime(
      static_cast<int>(day.year()), static_cast<int>(static_cast<unsigned>(day.month())),
      static_cast<int>(static_cast<unsigned>(day.day())), static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
      static_cast<int>(microseconds), PyDateTime_TimeZone_UTC, PyDateTimeAPI->DateTimeType));
}

namespace {

std::vector<PyGetSetDef> attributes_of_turns() {
  using simruns::turn;
  return {
      of_turn<&turn::id>("id"),
      of_turn<&turn::sequence>("sequence"),
      turn_type::attribute("role", [](held_turn const& t) { return role_of(t); }),
      turn_type::attribute("role_is_inferred",
                           [](held_turn const& t) { return to_python(t.who.is_inferred); }),
      turn_type::attribute("text", [](held_turn& t) { return text_of(t); }),
      turn_type::attribute("data", [](held_turn const& t) { return parsed(t.turn->data); }),
      of_turn<&turn::data>("data_json"),
      of_turn<&turn::created_at>("created_at_ms"),
      turn_type::attribute("created_at",
                           [](held_turn const& t) { return to_datetime(t.turn->created_at); }),
  };
}

std::vector<PyGetSetDef> attributes_of_criteria() {
  using held = held_criterion;
  return {
      criterion_type::attribute("type", [](held const& c) { return to_python(c.criterion->type); }),
      criterion_type::attribute("name", [](held const& c) { return c.name; }),
      criterion_type::attribute("success", [](held const& c) { return to_python(c.success); }),
      criterion_type::attribute("reason", [](held const& c) { return c.reason; }),
      criterion_type::attribute("params",
                                [](held const& c) { return parsed(c.criterion->params); }),
      criterion_type::attribute("params_json",
                                [](held const& c) { return to_python(c.criterion->params); }),
  };
}

std::vector<PyGetSetDef> attributes_of_metrics() {
  using simruns::error_info;
  using simruns::metrics;
  using simruns::success_rate;
  return {
      of_metrics<&metrics::sentiment>("sentiment"),
      of_metrics<&metrics::success>("success"),
      run_type::attribute(
          "results",
          [](held_run const& r) { return results_of(r, [](auto json) { return parsed(json); }); }),
      run_type::attribute("results_json",
                          [](held_run const& r) {
                            return results_of(r, [](auto json) { return to_python(json); });
                          }),
      of_rate<&success_rate::numerator>("success_numerator"),
      of_rate<&success_rate::denominator>("success_denominator"),
      of_rate<&success_rate::percentage>("success_percentage"),
      of_metrics<&metrics::summary>("summary"),
      of_metrics<&metrics::is_batch_stopped>("is_batch_stopped"),
      of_metrics<&metrics::is_conversation_ended>("is_conversation_ended"),
      of_error<&error_info::category>("error_category"),
      of_error<&error_info::message>("error_message"),
      of_error<&error_info::technical_details>("error_technical_details"),
      of_metrics<&metrics::status>("status"),
  };
}

std::vector<PyGetSetDef> attributes_of_runs() {
  using held = held_run;
  using simruns::run;
  std::vector<PyGetSetDef> out{
      of_run<&run::id>("id"),
      of_run<&run::organisation>("organisation"),
      of_run<&run::project>("project"),
      of_run<&run::scenario>("scenario"),
      of_run<&run::batch>("batch"),
      of_run<&run::sequence>("sequence"),
      of_run<&run::large_language_model>("large_language_model"),
      of_run<&run::endpoint_type>("endpoint_type"),
      run_type::attribute("turns", [](held& r) { return turns_of(r); }),
      of_run<&run::total_turns>("total_turns"),
      of_run<&run::max_turns>("max_turns"),
      run_type::attribute("criteria", [](held& r) { return criteria_of(r); }),
      of_run<&run::created_at>("created_at_ms"),
      run_type::attribute("created_at",
                          [](held const& r) { return to_datetime(r.run->created_at); }),
      of_run<&run::created_by>("created_by"),
      of_run<&run::duration_ms>("duration_ms"),
      of_run<&run::expires_at>("expires_at_ms"),
      run_type::attribute("expires_at",
                          [](held const& r) { return to_datetime(r.run->expires_at); }),
      of_run<&run::expires_at_text>("expires_at_text"),
      run_type::attribute("verdict",
                          [](held const& r) { return word(simruns::verdict_of(*r.run)); }),
      run_type::attribute(
          "contradictory",
          [](held const& r) { return to_python(simruns::is_contradictory(*r.run)); }),
      run_type::attribute("issues",
                          [](held const& r) -> py::object {
                            auto const run = r.run;
                            return issue_list(run->issues);
                          }),
  };
  auto const metrics = attributes_of_metrics();
  out.insert(out.end(), metrics.begin(), metrics.end());
  return out;
}

/// What `to_dict(names="python")` leaves out: other forms of what is in it.
bool is_another_form(std::string_view name) {
  return name.ends_with("_json") || name == "created_at_ms" || name == "expires_at_ms";
}

/// Gives the attributes of an object by their names.
template <class Value>
py::dict attributes_of(PyObject* self) {
  py::dict out;
  for (auto const& one : plain_type<Value>::attributes()) {
    if (one.name == nullptr || is_another_form(one.name)) continue;
    out[one.name] = owned(one.get(self, nullptr));
  }
  return out;
}

py::dict unknown(std::span<simruns::extra_member const> members) {
  py::dict out;
  for (auto const& member : members) out[to_python(member.key)] = parsed(member.json);
  return out;
}

void put_if_any(py::dict const& out, char const* name, py::dict const& members) {
  if (!members.empty()) out[name] = members;
}

/// Gives the members of a run that we do not know, where they came.
py::dict unknown_of(simruns::run const& run) {
  auto out = unknown(run.extra);
  auto const& metrics = run.metrics;
  auto inner = unknown(metrics.extra);
  if (metrics.success_rate) put_if_any(inner, "successRate", unknown(metrics.success_rate->extra));
  if (metrics.error_info) put_if_any(inner, "errorInfo", unknown(metrics.error_info->extra));
  put_if_any(out, "metrics", inner);
  return out;
}

py::dict dict_of_run(py::object const& self) {
  auto const keep = run_type::value_of(self.ptr()).run;  // a stream may give `self` another
  auto out = attributes_of<held_run>(self.ptr());
  py::list turns;
  for (auto const turn : out["turns"]) {
    auto one = attributes_of<held_turn>(turn.ptr());
    one["extra"] = unknown(turn_type::value_of(turn.ptr()).turn->extra);
    turns.append(one);
  }
  out["turns"] = turns;
  py::list criteria;
  for (auto const criterion : out["criteria"]) {
    auto one = attributes_of<held_criterion>(criterion.ptr());
    one["extra"] = unknown(criterion_type::value_of(criterion.ptr()).criterion->extra);
    criteria.append(one);
  }
  out["criteria"] = criteria;
  py::list issues;
  auto const run = run_type::value_of(self.ptr()).run;
  for (auto const& issue : run->issues) {
    py::dict one;
    one["path"] = to_python(issue.path);
    one["message"] = to_python(issue.message);
    issues.append(one);
  }
  out["issues"] = issues;
  out["extra"] = unknown_of(*run);
  return out;
}

py::object to_dict(py::object const& self, std::string const& names) {
  auto const run = run_type::checked(self).run;
  if (names == "api") return parsed(run->json());
  if (names == "python") return dict_of_run(self);
  throw simruns::request_error(simruns::errc::invalid_argument,
                               "names is '" + names + "'; give 'api' or 'python'");
}

/// The number of a part in its run.
std::size_t number_of(held_run const&) noexcept { return 0; }
std::size_t number_of(held_turn const& self) noexcept {
  return static_cast<std::size_t>(self.turn - self.run->turns.data());
}
std::size_t number_of(held_criterion const& self) noexcept {
  return static_cast<std::size_t>(self.criterion - self.run->criteria.data());
}

/// Two runs are equal if they have the same id and the same text, also when they were read twice;
/// two parts, if they stand at one place of equal runs.
template <class Value>
PyObject* compare(PyObject* self, PyObject* other, int how) noexcept {
  using type = plain_type<Value>;
  if (!type::is(other) || (how != Py_EQ && how != Py_NE)) Py_RETURN_NOTIMPLEMENTED;
  auto const& a = type::value_of(self);
  auto const& b = type::value_of(other);
  bool const equal_runs =
      a.run == b.run || (a.run->id == b.run->id && a.run->json() == b.run->json());
  bool const equal = equal_runs && number_of(a) == number_of(b);
  return PyBool_FromLong(equal == (how == Py_EQ));
}

template <class Value>
Py_hash_t hash(PyObject* self) noexcept {
  auto const& value = plain_type<Value>::value_of(self);
  auto const of_run = simruns::detail::spread_hash{}(value.run->id);
  auto const out = static_cast<Py_hash_t>(of_run + number_of(value));
  return out == -1 ? -2 : out;  // -1 is an error
}

template <class Value>
std::vector<PyType_Slot> comparing() {
  return {{Py_tp_richcompare, reinterpret_cast<void*>(&compare<Value>)},
          {Py_tp_hash, reinterpret_cast<void*>(&hash<Value>)}};
}

/// Gives a part of a run from the tuple that `parts_of` gives of it.
py::object part_at(py::object const& run, std::size_t number, py::object (*parts_of)(held_run&)) {
  if (!run_type::is(run.ptr())) throw py::type_error("not a run");
  auto const parts = py::reinterpret_borrow<py::tuple>(parts_of(run_type::value_of(run.ptr())));
  if (number >= parts.size()) {
    throw simruns::request_error(simruns::errc::invalid_argument,
                                 "this is a pickle of a part that its run has not");
  }
  return parts[number];
}

/// Whether anyone holds one of these parts of a run, beside the run.
bool is_any_held(py::object const& parts) noexcept {
  if (!parts || PyTuple_GET_SIZE(parts.ptr()) == 0) return false;
  if (parts.ref_count() > 1) return true;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(parts.ptr()); ++i) {
    if (Py_REFCNT(PyTuple_GET_ITEM(parts.ptr(), i)) > 1) return true;
  }
  return false;
}

/// Calls `work` with what each of these parts holds, and its number.
template <class Value, class Work>
void each_part(py::object const& parts, Work const& work) {
  for (Py_ssize_t i = 0; parts && i < PyTuple_GET_SIZE(parts.ptr()); ++i) {
    work(plain_type<Value>::value_of(PyTuple_GET_ITEM(parts.ptr(), i)),
         static_cast<std::size_t>(i));
  }
}

template <class Value>
bool is_of(PyGetSetDescrObject const* attribute) noexcept {
  return PyDescr_TYPE(attribute) == plain_type<Value>::type_object();
}

/// Gives an attribute of these types the text that `help` shows.
void document(py::object const& attribute, std::string const& text) {
  auto* const descriptor = reinterpret_cast<PyGetSetDescrObject*>(attribute.ptr());
  bool const ours = Py_TYPE(attribute.ptr()) == &PyGetSetDescr_Type &&
                    (is_of<held_run>(descriptor) || is_of<held_turn>(descriptor) ||
                     is_of<held_criterion>(descriptor));
  if (!ours) throw py::type_error("not an attribute of a run, a turn or a criterion");
  auto& known = descriptor->d_getset->doc;
  if (known == nullptr || known != text) known = (new std::string(text))->c_str();  // for ever
}

}  // namespace

bool is_held_by_others(PyObject* run) noexcept {
  auto const& self = run_type::value_of(run);
  return Py_REFCNT(run) > 1 || is_any_held(self.turns) || is_any_held(self.criteria);
}

void detach_in_place(PyObject* run) {
  auto& self = run_type::value_of(run);
  auto const alone = simruns::detach(*self.run);
  each_part<held_turn>(self.turns, [&](held_turn& turn, std::size_t i) {
    turn.run = alone;
    turn.turn = &alone->turns[i];
  });
  each_part<held_criterion>(self.criteria, [&](held_criterion& criterion, std::size_t i) {
    criterion.run = alone;
    criterion.criterion = &alone->criteria[i];
  });
  self.run = alone;
}

void register_run(py::module_& m) {
  plain_type<held_turn> turn(m, "simruns.Turn", attributes_of_turns(), comparing<held_turn>());
  turn.def("__repr__", line("turn_line")).def("_repr_html_", card("turn_html"));
  turn.def("__reduce__", [](py::object const& self) {
    auto const& held = turn_type::checked(self);
    return reduce_part("restored_turn", held.run, number_of(held));
  });
  copy_by_reference(turn);
  plain_type<held_criterion> criterion(m, "simruns.Criterion", attributes_of_criteria(),
                                       comparing<held_criterion>());
  criterion.def("__repr__", line("criterion_line")).def("_repr_html_", card("criterion_html"));
  criterion.def("__reduce__", [](py::object const& self) {
    auto const& held = criterion_type::checked(self);
    return reduce_part("restored_criterion", held.run, number_of(held));
  });
  copy_by_reference(criterion);
  plain_type<held_run> run(m, "simruns.Run", attributes_of_runs(), comparing<held_run>());
  run.def("to_json", [](py_run const& r) { return to_python(r.run->json()); })
      .def("to_dict", &to_dict, py::arg("names") = "api")
      .def("detach", [](py_run const& r) { return py_run{simruns::detach(*r.run)}; })
      .def("__reduce__", [](py_run const& r) { return reduce_run(r.run); })
      .def("__repr__", line("run_line"))
      .def("_repr_html_", card("run_html"))
      .def("transcript", shown_by("simruns.looks.transcript", "Transcript"));
  copy_by_reference(run);
  py::setattr(run.type(), "from_json",
              py::staticmethod(py::cpp_function(&run_of_text, py::name("from_json"),
                                                py::scope(run.type()), py::arg("text"))));
  m.def("restored_turn",
        [](py::object const& of, std::size_t number) { return part_at(of, number, &turns_of); });
  m.def("restored_criterion",
        [](py::object const& of, std::size_t number) { return part_at(of, number, &criteria_of); });
  m.def("document", &document, py::arg("attribute"), py::arg("text"));
}

}  // namespace simruns_python
