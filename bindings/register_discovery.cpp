#include "register.hpp"

#include "convert.hpp"
#include "simruns/page/batch_info.hpp"
#include "simruns/page/scenario.hpp"
#include "simruns/text/spread_hash.hpp"
#include "simruns/walk/batch_witness.hpp"

#include <pybind11/stl.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace simruns_python {

namespace {

using simruns::maybe;

template <auto Member, class Item>
py::object member(Item const& item) {
  auto const& value = item.*Member;
  using type = std::remove_cvref_t<decltype(value)>;
  if constexpr (std::is_same_v<type, maybe<simruns::time_point>>) {
    return to_datetime(value);
  } else {
    return to_python(value);
  }
}

/// Gives the class of a scenario or a batch what both have.
template <class Item>
py::class_<Item> item_class(py::module_& m, char const* name) {
  py::class_<Item> out(m, name);
  out.def_static(
         "from_json", [](std::string_view text) { return Item::from_json(text); }, py::arg("text"))
      .def("to_json", [](Item const& i) { return to_python(i.json); })
      .def_property_readonly("extra_json",
                             [](Item const& i) {
                               py::dict extra;
                               for (auto const& [key, json] : i.extra) {
                                 extra[to_python(key)] = to_python(json);
                               }
                               return extra;
                             })
      .def_property_readonly("issues",
                             [](Item const& i) {
                               py::list issues;
                               for (auto const& one : i.issues) {
                                 issues.append(py_issue{one.path, one.message});
                               }
                               return issues;
                             })
      .def(
          "__eq__", [](Item const& a, Item const& b) { return a.json == b.json; },
          py::is_operator())
      .def("__hash__", [](Item const& i) { return simruns::detail::spread_hash{}(i.json); })
      .def("__reduce__", [](py::object const& self) {
        return py::make_tuple(py::type::of(self).attr("from_json"),
                              py::make_tuple(self.attr("to_json")()));
      });
  return out;
}

std::string_view word_of(simruns::batch_state state) {
  switch (state) {
    case simruns::batch_state::in_progress:
      return "in_progress";
    case simruns::batch_state::completed:
      return "completed";
    case simruns::batch_state::stopped:
      return "stopped";
    case simruns::batch_state::failed:
      return "failed";
    case simruns::batch_state::unknown:
      break;
  }
  return "unknown";
}

simruns::batch_state state_of(std::string_view word) {
  for (auto const state : {simruns::batch_state::in_progress, simruns::batch_state::completed,
                           simruns::batch_state::stopped, simruns::batch_state::failed}) {
    if (word_of(state) == word) return state;
  }
  return simruns::batch_state::unknown;
}

simruns::batch_witness make_witness(bool present, bool not_found, std::string absence,
                                    std::string const& state, std::string status,
                                    std::optional<std::int64_t> runs,
                                    std::optional<std::int64_t> settled, int requests) {
  simruns::batch_witness out;
  out.present = present;
  out.not_found = not_found;
  out.absence = std::move(absence);
  out.state = state_of(state);
  out.status = std::move(status);
  out.runs = runs;
  out.settled = settled;
  out.requests = requests;
  return out;
}

void register_witness(py::module_& m) {
  using namespace py::literals;
  using witness = simruns::batch_witness;
  py::class_<witness>(m, "Witness")
      .def(py::init(&make_witness), py::kw_only(), "present"_a, "not_found"_a, "absence"_a,
           "state"_a, "status"_a, "runs"_a, "settled"_a, "requests"_a)
      .def_readonly("present", &witness::present)
      .def_readonly("not_found", &witness::not_found)
      .def_property_readonly("absence", [](witness const& w) { return to_python(w.absence); })
      .def_property_readonly("state", [](witness const& w) { return word_of(w.state); })
      .def_property_readonly("status", [](witness const& w) { return to_python(w.status); })
      .def_readonly("runs", &witness::runs)
      .def_readonly("settled", &witness::settled)
      .def_readonly("requests", &witness::requests);
}

void register_scenario(py::module_& m) {
  using simruns::scenario;
  auto out = item_class<scenario>(m, "ScenarioInfo");
  auto const add = [&]<auto Member>(char const* name) {
    out.def_property_readonly(name, &member<Member, scenario>);
  };
  add.template operator()<&scenario::id>("id");
  add.template operator()<&scenario::reference>("reference");
  add.template operator()<&scenario::name>("name");
  add.template operator()<&scenario::persona>("persona");
  add.template operator()<&scenario::persona_name>("persona_name");
  add.template operator()<&scenario::mission>("mission");
  add.template operator()<&scenario::success_criteria>("success_criteria_json");
  add.template operator()<&scenario::organisation>("organisation");
  add.template operator()<&scenario::project>("project");
  add.template operator()<&scenario::created_at>("created_at");
  add.template operator()<&scenario::created_by>("created_by");
  add.template operator()<&scenario::last_changed>("last_changed");
  add.template operator()<&scenario::last_changed_by>("last_changed_by");
  add.template operator()<&scenario::updated_at>("updated_at");
  add.template operator()<&scenario::updated_by>("updated_by");
  add.template operator()<&scenario::max_turns>("max_turns");
  add.template operator()<&scenario::timeout>("timeout");
  add.template operator()<&scenario::ai_agent_reference>("ai_agent_reference");
  add.template operator()<&scenario::ai_agent>("ai_agent");
  add.template operator()<&scenario::flow_reference>("flow_reference");
  add.template operator()<&scenario::flow>("flow");
  add.template operator()<&scenario::job_node>("job_node");
  add.template operator()<&scenario::next_scheduled_run>("next_scheduled_run");
}

void register_batch(py::module_& m) {
  using simruns::batch_info;
  auto out = item_class<batch_info>(m, "BatchInfo");
  auto const add = [&]<auto Member>(char const* name) {
    out.def_property_readonly(name, &member<Member, batch_info>);
  };
  add.template operator()<&batch_info::id>("id");
  add.template operator()<&batch_info::reference>("reference");
  add.template operator()<&batch_info::scenario>("scenario");
  add.template operator()<&batch_info::name>("name");
  add.template operator()<&batch_info::status>("status");
  add.template operator()<&batch_info::runs>("runs");
  add.template operator()<&batch_info::completed_runs>("completed_runs");
  add.template operator()<&batch_info::failed_runs>("failed_runs");
  add.template operator()<&batch_info::created_at>("created_at");
  add.template operator()<&batch_info::started_at>("started_at");
  add.template operator()<&batch_info::completed_at>("completed_at");
  out.def_property_readonly("state", [](batch_info const& b) { return word_of(b.state()); })
      .def_property_readonly("settled_runs", &batch_info::settled_runs);
}

}  // namespace

void register_discovery(py::module_& m) {
  register_scenario(m);
  register_batch(m);
  register_witness(m);
}

}  // namespace simruns_python
