#include "handles.hpp"
#include "simruns/page/gather.hpp"

#include <algorithm>
#include <limits>
#include <span>

namespace simruns_python {

void held_pages::add(simruns::page page) {
  auto const number = static_cast<std::uint32_t>(pages_.size());
  for (std::uint32_t i = 0; i < page.size(); ++i) places_.push_back({number, i});
  pages_.push_back(std::move(page));
}

py_run held_pages::at(std::size_t index) const {
  auto const place = places_[index];
  return py_run{pages_[place.page].share(place.index)};
}

held_pages held_pages::select(std::vector<std::size_t> const& indices) const {
  static constexpr auto unused = std::numeric_limits<std::uint32_t>::max();
  held_pages out;
  out.bad_runs = bad_runs;
  out.as_they_came_ = false;
  out.places_.reserve(indices.size());
  std::vector<std::uint32_t> numbers(pages_.size(), unused);
  for (auto const index : indices) {
    auto place = places_[index];
    auto& number = numbers[place.page];
    if (number == unused) {
      number = static_cast<std::uint32_t>(out.pages_.size());
      out.pages_.push_back(pages_[place.page]);
    }
    place.page = number;
    out.places_.push_back(place);
  }
  out.tally.received = out.tally.handed = static_cast<std::int64_t>(out.size());
  return out;
}

std::vector<simruns::page> held_pages::pages() const {
  static constexpr std::size_t runs_of_a_page = 1000;
  if (as_they_came_) return pages_;
  std::vector<simruns::page> out;
  std::vector<simruns::run_ptr> some;
  for (std::size_t i = 0; i < size(); ++i) {
    some.push_back(at(i).run);
    if (some.size() < runs_of_a_page && i + 1 < size()) continue;
    out.push_back(simruns::gather(some));
    some.clear();
  }
  return out;
}

held_pages held_pages::joined(std::vector<std::shared_ptr<held_pages>> const& all) {
  held_pages out;
  for (auto const& walk : all) {
    if (!walk) throw pybind11::type_error("None is no walk");
    auto const shift = static_cast<std::uint32_t>(out.pages_.size());
    out.pages_.insert(out.pages_.end(), walk->pages_.begin(), walk->pages_.end());
    for (auto place : walk->places_) {
      place.page += shift;
      out.places_.push_back(place);
    }
    out.as_they_came_ = out.as_they_came_ && walk->as_they_came_;
    for (auto const& bad : walk->bad_runs) {
      if (std::ranges::find(out.bad_runs, bad) == out.bad_runs.end()) out.bad_runs.push_back(bad);
    }
  }
  out.tally.received = out.tally.handed = static_cast<std::int64_t>(out.size());
  return out;
}

}  // namespace simruns_python
