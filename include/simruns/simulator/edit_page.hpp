#pragma once

#include "simruns/simulator/faults.hpp"
#include "simruns/simulator/page_query.hpp"
#include "simruns/simulator/store.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace simruns::simulator {

namespace detail {

inline boost::json::value mutated(boost::json::value const& before, mutation const& how) {
  using kind = mutation::kind;
  if (how.what == kind::value) return boost::json::parse(how.json);
  if (how.what == kind::unknown) return boost::json::string{"SOMETHING_NEW"};
  if (how.what == kind::as_float && before.is_number()) return before.to_number<double>();
  if (how.what == kind::as_float) return before;
  return nullptr;
}

/// Changes one member of a run; does nothing where it, or the way to it, is not there. A value that
/// is given is put in also where there was none.
inline void mutate(boost::json::value& run, mutation const& how) {
  auto* at = &run;
  std::string_view path = how.member;
  for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/')) {
    auto const part = path.substr(0, slash);
    path.remove_prefix(slash + 1);
    boost::json::value* inner = nullptr;
    if (at->is_object()) {
      inner = at->get_object().if_contains({part.data(), part.size()});
    } else if (auto const index = simruns::detail::parse_integer<std::size_t>(part);
               index && at->is_array()) {
      inner = at->get_array().if_contains(*index);
    }
    if (inner == nullptr) return;
    at = inner;
  }
  if (!at->is_object()) return;
  auto& object = at->get_object();
  boost::json::string_view const name{path.data(), path.size()};
  auto* const found = object.if_contains(name);
  if (how.what == mutation::kind::absent) {
    object.erase(name);
  } else if (found != nullptr) {
    *found = mutated(*found, how);
  } else if (how.what == mutation::kind::value) {
    object.emplace(name, boost::json::parse(how.json));
  }
}

}  // namespace detail

/// Makes the pagination of a page wrong as it is told.
inline void edit_pagination(stored_page& page, page_edit const& edit, page_query const& query) {
  page.total = edit.total.value_or(page.total) + edit.total_add;
  if (edit.has_next) page.has_next = *edit.has_next;
  if (edit.repeat_cursor && query.next) {
    page.has_next = true;
    page.next = query.next;
  }
  if (edit.repeat_cursor && query.previous) {
    page.has_previous = true;
    page.previous = query.previous;
  }
  if (edit.drop_cursor) {
    page.next.reset();
    page.previous.reset();
  }
}

/// The text of the run at `index` of a page, made odd as it is told.
inline std::string edited_run(std::string const& json, page_edit const& edit, std::size_t index) {
  boost::json::value run;
  for (auto const& how : edit.mutations) {
    if (!how.runs.empty() &&
        std::find(how.runs.begin(), how.runs.end(), index) == how.runs.end()) {
      continue;
    }
    if (run.is_null()) run = boost::json::parse(json);
    detail::mutate(run, how);
  }
  return run.is_null() ? json : boost::json::serialize(run);
}

}  // namespace simruns::simulator
