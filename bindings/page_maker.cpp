#include "page_maker.hpp"

#include "simruns/error.hpp"
#include "simruns/page/parse_page.hpp"

#include <cstdint>
#include <utility>

namespace simruns_python {

namespace py = pybind11;

namespace {

constexpr std::size_t runs_of_a_page = 100;
constexpr std::string_view start_of_page = "{\"data\":[";
constexpr std::string_view end_of_page =
    R"(],"pagination":{"limit":100,"skip":0,"total":0,"hasNext":false,"hasPrevious":false}})";

/// Whether anything came that a run has; a page or a setting, which are JSON as well, have not.
bool has_a_member(simruns::run const& run) {
  return !run.id.empty() || run.project || run.scenario || run.batch || run.sequence ||
         !run.turns.empty() || !run.criteria.empty() || !run.metrics.empty;
}

std::string_view without_white_space(std::string_view text) {
  static constexpr std::string_view white = " \t\r\n";
  auto const begin = text.find_first_not_of(white);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(white) - begin + 1);
}

/// Where the text of a run begins in the body of its page.
std::size_t begin_in(simruns::page const& page, simruns::run const& run) {
  return static_cast<std::size_t>(run.json().data() - page.body().data());
}

bool is_one_value(std::string_view text) {
  auto const parsed = simruns::parse_page(std::string(start_of_page).append(text).append("]}"));
  return parsed && parsed->size() == 1 && (*parsed)[0].json() == text;
}

}  // namespace

std::string body_of(std::vector<std::string_view> const& texts) {
  std::string out(start_of_page);
  for (auto const text : texts) {
    if (out.size() > start_of_page.size()) out += ',';
    out += text;
  }
  return out.append(end_of_page);
}

void page_maker::add(std::string_view text) {
  body_ += begins_.empty() ? start_of_page : std::string_view(",");
  begins_.push_back(body_.size());
  body_ += text;
  ends_.push_back(body_.size());
  if (begins_.size() == runs_of_a_page) finish_page();
}

void page_maker::add(py::handle text) {
  auto const index = made_->size() + begins_.size();
  bool const is_text = PyUnicode_Check(text.ptr()) != 0;
  if (!is_text && PyBytes_Check(text.ptr()) == 0) {
    refuse(index, "it is of type " + py::type::of(text).attr("__name__").cast<std::string>() +
                      "; give str or bytes");
  }
  try {
    add(without_white_space(text.cast<std::string_view>()));
  } catch (py::cast_error const&) {
    refuse(index, "it has half a character, which no UTF-8 has");
  }
}

std::shared_ptr<held_pages> page_maker::finish() {
  finish_page();
  made_->tally.received = static_cast<std::int64_t>(made_->size());
  made_->tally.handed = made_->tally.received;
  return std::move(made_);
}

void page_maker::finish_page() {
  if (begins_.empty()) return;
  body_ += end_of_page;
  auto parsed = simruns::parse_page(std::move(body_));
  if (!parsed) {
    body_ = std::move(parsed.error().body);
    refuse_first_bad();
  }
  if (!is_each_its_text(*parsed)) {
    body_ = std::string(parsed->body());
    refuse_first_bad();
  }
  for (std::size_t i = 0; strict_ && i < parsed->size(); ++i) {
    if (!has_a_member((*parsed)[i])) refuse(made_->size() + i, "it has nothing that a run has");
  }
  made_->add(*std::move(parsed));
  body_.clear();
  begins_.clear();
  ends_.clear();
}

/// A text that is more than one value, or less, would shift the others.
bool page_maker::is_each_its_text(simruns::page const& page) const {
  bool same = page.size() == begins_.size();
  for (std::size_t i = 0; same && i < page.size(); ++i) {
    same = begin_in(page, page[i]) == begins_[i] && begins_[i] + page[i].json().size() == ends_[i];
  }
  return same;
}

void page_maker::refuse(std::size_t index, std::string const& why) const {
  auto const which = name_.empty() ? name_ : name_ + "[" + std::to_string(index) + "]: ";
  throw py::value_error(which + "not the JSON of a run: " + why);
}

/// Finds which text is no JSON, or more than one value.
void page_maker::refuse_first_bad() const {
  for (std::size_t i = 0; i < begins_.size(); ++i) {
    std::string text = body_.substr(begins_[i], ends_[i] - begins_[i]);
    if (is_one_value(text)) continue;
    auto const parsed = simruns::parse_page(std::move(text));
    refuse(made_->size() + i, parsed ? "it is a page" : parsed.error().message);
  }
  throw py::value_error("not the JSON of a run: the texts are no page together");
}

py_run run_of_text(py::handle text) {
  page_maker maker("text");
  try {
    maker.add(text);
    return maker.finish()->at(0);
  } catch (py::value_error const& error) {
    throw simruns::request_error(simruns::errc::invalid_argument, error.what());
  }
}

}  // namespace simruns_python
