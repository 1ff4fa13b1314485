#include "register.hpp"

#include "convert.hpp"
#include "handles.hpp"
#include "simruns/page/parse_page.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simruns_python {

py_run held_pages::at(std::size_t index) const {
  auto const found = std::upper_bound(ends_.begin(), ends_.end(), index);
  auto const number = static_cast<std::size_t>(found - ends_.begin());
  auto const begin = number == 0 ? 0 : ends_[number - 1];
  return py_run{pages_[number].share(index - begin)};
}

namespace {

/// Gives the run at a Python index, from the end if negative, or the runs of a slice.
template <class At>
py::object at_index(py::handle index, std::size_t size, At at) {
  if (PySlice_Check(index.ptr())) {
    py::ssize_t begin = 0, end = 0, step = 0, count = 0;
    auto const slice = py::reinterpret_borrow<py::slice>(index);
    if (!slice.compute(static_cast<py::ssize_t>(size), &begin, &end, &step, &count)) {
      throw py::error_already_set();
    }
    py::list out;
    for (; count > 0; --count, begin += step) out.append(at(static_cast<std::size_t>(begin)));
    return out;
  }
  if (!PyIndex_Check(index.ptr())) {
    auto const kind = py::type::of(index).attr("__name__").cast<std::string>();
    throw py::type_error("a run is found by a whole number or a slice, not by " + kind);
  }
  auto given = PyNumber_AsSsize_t(index.ptr(), PyExc_IndexError);
  if (given == -1 && PyErr_Occurred() != nullptr) throw py::error_already_set();
  auto const found = given < 0 ? given + static_cast<py::ssize_t>(size) : given;
  if (found < 0 || found >= static_cast<py::ssize_t>(size)) {
    throw py::index_error("run " + std::to_string(given) + " of " + std::to_string(size));
  }
  return py::cast(at(static_cast<std::size_t>(found)));
}

std::string describe(simruns::page const& p) {
  auto const& total = p.pagination().total;
  auto const of = total ? " of " + std::to_string(*total) : std::string();
  bool const more = p.pagination().has_next && *p.pagination().has_next;
  return "<simruns.Page: " + std::to_string(p.size()) + of + " runs" +
         (more ? ", with a next one>" : ">");
}

py::list gaps_of(simruns::completeness const& c) {
  py::list out;
  for (auto const& gap : c.gaps) out.append(py::make_tuple(gap.first, gap.last));
  return out;
}

/// Makes the completeness of what several walks brought together.
simruns::completeness make_completeness(
    std::int64_t received, std::int64_t duplicates, std::optional<std::int64_t> total_first,
    std::optional<std::int64_t> total, std::uint64_t pages, std::uint64_t requests,
    bool reached_end, bool partial, bool filtered, bool guessed, std::int64_t unnamed,
    std::int64_t foreign, std::int64_t bad, bool total_moved,
    std::optional<std::vector<std::optional<std::int64_t>>> sequences) {
  simruns::completeness out;
  out.guessed = guessed;
  out.unnamed = unnamed;
  out.foreign = foreign;
  out.bad = bad;
  out.total_moved = total_moved;
  bool const numbered = sequences && !filtered &&
                        std::ranges::all_of(*sequences, [](auto const& n) { return n && *n >= 1; });
  if (numbered) {
    std::vector<std::int64_t> numbers;
    for (auto const& number : *sequences) numbers.push_back(*number);
    out.number(numbers);
  }
  out.received = out.handed = received;
  out.duplicates = duplicates;
  out.total_first = total_first;
  out.total_last = total;
  out.pages = pages;
  out.requests = requests;
  out.reached_end = reached_end;
  out.partial = partial;
  out.filtered = filtered;
  return out;
}

void register_completeness(py::module_& m) {
  using namespace py::literals;
  using simruns::completeness;
  py::class_<completeness>(m, "Completeness")
      .def(py::init(&make_completeness), py::kw_only(), "received"_a = 0, "duplicates"_a = 0,
           "total_first"_a = py::none(), "total"_a = py::none(), "pages"_a = 0, "requests"_a = 0,
           "reached_end"_a = false, "partial"_a = false, "filtered"_a = false, "guessed"_a = false,
           "unnamed"_a = 0, "foreign"_a = 0, "bad"_a = 0, "total_moved"_a = false,
           "sequences"_a = py::none())
      .def_readonly("received", &completeness::received)
      .def_readonly("unnamed", &completeness::unnamed)
      .def_readonly("foreign", &completeness::foreign)
      .def_readonly("bad", &completeness::bad)
      .def_readonly("duplicates", &completeness::duplicates)
      .def_readonly("total", &completeness::total_last)
      .def_readonly("total_first", &completeness::total_first)
      .def_readonly("total_moved", &completeness::total_moved)
      .def_readonly("missing", &completeness::missing)
      .def_property_readonly("gaps", &gaps_of)
      .def_readonly("pages", &completeness::pages)
      .def_readonly("requests", &completeness::requests)
      .def_property_readonly("retries", &completeness::retries)
      .def_property_readonly("walk", [](completeness const& c) { return to_string(c.walk); })
      .def_readonly("doubt", &completeness::doubt)
      .def_readonly("filtered", &completeness::filtered)
      .def_readonly("guessed", &completeness::guessed)
      .def_readonly("reached_end", &completeness::reached_end)
      .def_readonly("partial", &completeness::partial)
      .def_readonly("limited", &completeness::limited)
      .def_property_readonly("empty", &completeness::empty)
      .def_property_readonly("verdict",
                             [](completeness const& c) { return to_string(c.verdict()); })
      .def_property_readonly("text", [](completeness const& c) { return to_string(c); })
      .def("__repr__",
           [](completeness const& c) { return "<simruns.Completeness " + to_string(c) + ">"; });
}

/// Makes pages of the own texts of runs, a hundred in each, as if a server had sent them.
class page_maker {
 public:
  void add(std::string_view text) {
    body_ += begins_.empty() ? std::string_view("{\"data\":[") : std::string_view(",");
    begins_.push_back(body_.size());
    body_ += text;
    ends_.push_back(body_.size());
    if (begins_.size() == runs_of_a_page) finish_page();
  }

  std::shared_ptr<held_pages> finish() {
    finish_page();
    made_->tally.received = static_cast<std::int64_t>(made_->size());
    return std::move(made_);
  }

 private:
  static constexpr std::size_t runs_of_a_page = 100;
  static constexpr std::string_view end_of_page =
      R"(],"pagination":{"limit":100,"skip":0,"total":0,"hasNext":false,"hasPrevious":false}})";

  void finish_page() {
    if (begins_.empty()) return;
    body_ += end_of_page;
    auto parsed = simruns::parse_page(std::exchange(body_, {}));
    if (!parsed) throw py::value_error("not the JSON of a run: " + parsed.error().message);
    require_each_its_text(*parsed);
    made_->add(*std::move(parsed));
    begins_.clear();
    ends_.clear();
  }

  /// Refuses a text that is more than one value, or less, which would shift the others.
  void require_each_its_text(simruns::page const& page) const {
    bool same = page.size() == begins_.size();
    for (std::size_t i = 0; same && i < page.size(); ++i) {
      auto const begin = static_cast<std::size_t>(page[i].json().data() - page.body().data());
      same = begin == begins_[i] && begin + page[i].json().size() == ends_[i];
    }
    if (!same) throw py::value_error("not the JSON of a run: a text is not one value, and only it");
  }

  std::shared_ptr<held_pages> made_ = std::make_shared<held_pages>();
  std::string body_;
  std::vector<std::size_t> begins_;
  std::vector<std::size_t> ends_;
};

using walks = std::vector<std::shared_ptr<held_pages>>;

void add_bad_runs(held_pages& to, walks const& from) {
  for (auto const& walk : from) {
    to.bad_runs.insert(to.bad_runs.end(), walk->bad_runs.begin(), walk->bad_runs.end());
  }
}

std::shared_ptr<held_pages> pages_of_texts(py::iterable const& texts, walks const& bad_of) {
  page_maker maker;
  for (auto const text : texts) maker.add(text.cast<std::string_view>());
  auto out = maker.finish();
  add_bad_runs(*out, bad_of);
  return out;
}

/// Gives the pages of several walks as those of one, and shares them.
std::shared_ptr<held_pages> joined_pages(walks const& all) {
  auto out = std::make_shared<held_pages>();
  add_bad_runs(*out, all);
  for (auto const& walk : all) {
    for (auto const& page : walk->pages()) out->add(page);
  }
  out->tally.received = static_cast<std::int64_t>(out->size());
  return out;
}

template <auto Member>
py::object paging(simruns::page const& page) {
  return to_python(page.pagination().*Member);
}

}  // namespace

void register_pages(py::module_& m) {
  using simruns::page;
  using simruns::pagination;
  py::class_<py_issue> issue(m, "Issue");
  issue.def_readonly("path", &py_issue::path)
      .def_readonly("message", &py_issue::message)
      .def("__repr__", line("issue_line"))
      .def("_repr_html_", card("issue_html"));
  copy_by_reference(issue, "keep its path and its message");
  register_completeness(m);
  py::class_<page> one(m, "Page");
  one.def("__len__", &page::size)
      .def("__getitem__",
           [](page const& p, py::object const& index) {
             return at_index(index, p.size(), [&p](std::size_t i) { return py_run{p.share(i)}; });
           })
      .def("__iter__",
           [](py::object self) {
             return py::module_::import("builtins")
                 .attr("map")(self.attr("__getitem__"),
                              py::module_::import("builtins").attr("range")(py::len(self)));
           })
      .def("__repr__", &describe)
      .def("_repr_html_", card("page_html"))
      .def_property_readonly("limit", &paging<&pagination::limit>)
      .def_property_readonly("skip", &paging<&pagination::skip>)
      .def_property_readonly("total", &paging<&pagination::total>)
      .def_property_readonly("has_next", &paging<&pagination::has_next>)
      .def_property_readonly("has_previous", &paging<&pagination::has_previous>)
      .def_property_readonly("next", &paging<&pagination::next>)
      .def_property_readonly("previous", &paging<&pagination::previous>)
      .def_property_readonly("issues", [](page const& p) { return issue_list(p.issues()); })
      .def_property_readonly("issues_dropped", &page::issues_dropped)
      .def_property_readonly("bad_runs", [](page const& p) { return issue_list(p.bad_runs()); })
      .def("body", [](page const& p) { return py::bytes(p.body().data(), p.body().size()); });
  copy_by_reference(one, "keep page.body()");
  py::class_<held_pages, std::shared_ptr<held_pages>> held(m, "Pages");
  held.def_static("of_texts", &pages_of_texts, py::arg("texts"), py::arg("bad_of") = walks())
      .def_static("joined", &joined_pages, py::arg("walks"))
      .def_property_readonly("completeness", [](held_pages const& p) { return p.tally; })
      .def_property_readonly("bad_runs", [](held_pages const& p) { return issue_list(p.bad_runs); })
      .def("__len__", &held_pages::size)
      .def("__getitem__", [](held_pages const& p, py::object const& index) {
        return at_index(index, p.size(), [&p](std::size_t i) { return p.at(i); });
      });
  copy_by_reference(held, "keep Runs.to_jsonl() or a table");
}

}  // namespace simruns_python
