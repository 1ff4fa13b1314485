#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/data/stored_run.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"
#include "simruns/simulator/store/detail/item_field.hpp"
#include "simruns/simulator/store/detail/run_filter.hpp"
#include "simruns/text/parse_integer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace simruns::simulator::detail {

SIMRUNS_INLINE run_filter run_filter::parse(std::string_view text) {
  run_filter filter;
  filter.text_ = text;
  for (std::size_t from = 0; from <= text.size();) {
    auto const comma = std::min(text.find(',', from), text.size());
    filter.add(text.substr(from, comma - from));
    from = comma + 1;
  }
  return filter;
}

SIMRUNS_INLINE bool run_filter::matches(stored_run const& run) const {
  return std::all_of(terms_.begin(), terms_.end(),
                     [&run](term const& wanted) { return wanted.matches(run); });
}

SIMRUNS_INLINE bool run_filter::term::matches(stored_run const& run) const {
  auto const actual = field->value_of(run);
  if (field->is_number) {
    auto const* found = std::get_if<std::int64_t>(&actual);
    return found != nullptr && *found == number;
  }
  auto const* found = std::get_if<std::string_view>(&actual);
  return found != nullptr && *found == text;
}

SIMRUNS_INLINE void run_filter::add(std::string_view step) {
  auto const colon = step.find(':');
  if (colon == std::string_view::npos || colon + 1 == step.size()) {
    throw bad_request{"filter",
                      "filter must be field:value, more of them after commas, not " + shown(step)};
  }
  auto const name = step.substr(0, colon);
  auto const* field = find_field<stored_run>(name);
  if (field == nullptr || name == "name") {
    throw bad_request{"filter", "filter names an unknown field " + shown(name) +
                                    ": use one such as status, success, endPointType or sequence"};
  }
  add(*field, step.substr(colon + 1));
}

SIMRUNS_INLINE void run_filter::add(item_field<stored_run> const& field, std::string_view value) {
  if (field.name == "success" && value != "true" && value != "false") {
    throw bad_request{"filter", "filter: success must be true or false, not " + shown(value)};
  }
  if (!field.is_number) return terms_.push_back({&field, std::string{value}, 0});
  auto const number = simruns::detail::parse_integer<std::int64_t>(value);
  if (!number) {
    throw bad_request{"filter", "filter: " + std::string{field.name} +
                                    " must be a whole number, not " + shown(value)};
  }
  terms_.push_back({&field, {}, *number});
}

}  // namespace simruns::simulator::detail
