#include "register.hpp"

#include "convert.hpp"
#include "page_maker.hpp"
#include "pickling.hpp"
#include "simruns/error.hpp"
#include "simruns/page/gather.hpp"
#include "simruns/page/notes.hpp"
#include "simruns/page/parse_page.hpp"

#include <pybind11/stl.h>

#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace simruns_python {

namespace {

using held = std::shared_ptr<held_pages>;
using simruns::page_notes;

/// An issue: the run of its page that it is about, or none; where it is; what it says.
using issue_state = std::tuple<std::optional<std::size_t>, py::bytes, py::bytes>;
/// A bad run: where it was, what is wrong, its text.
using bad_run_state = std::tuple<py::bytes, py::bytes, py::bytes>;
/// A page: its runs as the body of one, how many they are, and what was odd about it.
using page_state =
    std::tuple<py::bytes, std::size_t, std::vector<issue_state>, std::vector<bad_run_state>>;

py::object restore_by(char const* function) {
  return py::module_::import("simruns._core").attr(function);
}

[[noreturn]] void refuse() {
  throw simruns::request_error(simruns::errc::invalid_argument,
                               "this is no pickle of runs, or a damaged one");
}

/// Gives a text that was pickled, or refuses what is none.
std::string text_of(py::bytes const& bytes) {
  std::string text = bytes;
  auto const size = static_cast<Py_ssize_t>(text.size());
  if (!py::reinterpret_steal<py::object>(PyUnicode_DecodeUTF8(text.data(), size, nullptr))) {
    PyErr_Clear();
    refuse();
  }
  return text;
}

std::vector<bad_run_state> state_of(std::vector<simruns::bad_run> const& all) {
  std::vector<bad_run_state> out;
  for (auto const& bad : all) out.emplace_back(bad.path, bad.message, bad.text);
  return out;
}

std::vector<simruns::bad_run> bad_runs_of(std::vector<bad_run_state> const& all) {
  std::vector<simruns::bad_run> out;
  for (auto const& [path, message, text] : all) {
    out.push_back({text_of(path), text_of(message), text});
  }
  return out;
}

page_state state_of(simruns::page const& page) {
  auto const notes = simruns::notes_of(page);
  std::vector<issue_state> issues;
  for (auto const& note : notes.issues) issues.emplace_back(note.run, note.path, note.message);
  std::vector<std::string_view> texts;
  for (auto const& run : page) texts.push_back(run.json());
  return {py::bytes(body_of(texts)), page.size(), std::move(issues), state_of(notes.bad_runs)};
}

simruns::page page_of(page_state const& state) {
  auto const& [body, size, issues, bad] = state;
  simruns::parse_limits limits;
  limits.max_runs = limits.max_arena_bytes = limits.max_issues =
      std::numeric_limits<std::size_t>::max();
  auto const parsed = simruns::parse_page(body, limits);
  if (!parsed || parsed->size() != size) refuse();
  page_notes notes;
  for (auto const& [run, path, message] : issues) {
    notes.issues.push_back({run, text_of(path), text_of(message)});
  }
  notes.bad_runs = bad_runs_of(bad);
  bool const plain = parsed->issues().empty() && issues.empty() && bad.empty();
  return plain ? *parsed : simruns::with_notes(*parsed, std::move(notes));
}

py::tuple reduce_pages(held_pages const& pages) {
  std::vector<page_state> states;
  for (auto const& page : pages.pages()) states.push_back(state_of(page));
  return py::make_tuple(restore_by("restored_pages"),
                        py::make_tuple(std::move(states), state_of(pages.bad_runs)));
}

held restored_pages(std::vector<page_state> const& pages, std::vector<bad_run_state> const& bad) {
  auto out = std::make_shared<held_pages>();
  for (auto const& state : pages) out->add(page_of(state));
  out->bad_runs = bad_runs_of(bad);
  out->tally.received = out->tally.handed = static_cast<std::int64_t>(out->size());
  return out;
}

py_run restored_run(page_state const& state) {
  auto const page = page_of(state);
  if (page.size() != 1) refuse();
  return py_run{simruns::detach(page[0])};
}

}  // namespace

py::tuple reduce_run(simruns::run_ptr const& run) {
  auto const page = simruns::gather(std::span(&run, 1));
  return py::make_tuple(restore_by("restored_run"), py::make_tuple(state_of(page)));
}

py::tuple reduce_part(char const* restore, simruns::run_ptr const& run, std::size_t number) {
  return py::make_tuple(restore_by(restore), py::make_tuple(py_run{run}, number));
}

void register_pickling(py::module_& m) {
  m.def("restored_pages", &restored_pages);
  m.def("restored_run", &restored_run);
  m.attr("Pages").attr("__reduce__") =
      py::cpp_function(&reduce_pages, py::is_method(m.attr("Pages")));
}

}  // namespace simruns_python
