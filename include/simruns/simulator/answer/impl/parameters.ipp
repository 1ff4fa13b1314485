#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/answer/detail/parameters.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"
#include "simruns/simulator/store/detail/ordering.hpp"
#include "simruns/simulator/store/detail/page_query.hpp"
#include "simruns/simulator/store/detail/run_filter.hpp"
#include "simruns/text/parse_integer.hpp"
#include "simruns/text/percent.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator::detail {

inline constexpr std::array<std::string_view, 8> parameter_names{
    "projectId", "filter", "limit", "skip", "sort", "next", "previous", "endPointType"};

/// The known parameters of a request, decoded, each there at most once.
using parameters = std::map<std::string_view, std::string>;

/// Decodes one name or value of a query string, where a plus is a space.
inline std::optional<std::string> form_decode(std::string_view text) {
  std::string spaced{text};
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return simruns::detail::percent_decode(spaced);
}

inline void take_parameter(parameters& found, std::string_view pair) {
  auto const equals = std::min(pair.find('='), pair.size());
  auto const name = form_decode(pair.substr(0, equals));
  auto const known = std::find(parameter_names.begin(), parameter_names.end(), name);
  if (known == parameter_names.end()) return;
  auto value = form_decode(pair.substr(std::min(equals + 1, pair.size())));
  if (!value) {
    throw bad_request{*name,
                      *name + " holds a percent sign without two hexadecimal digits behind it"};
  }
  if (!found.try_emplace(*known, *std::move(value)).second) {
    throw bad_request{*name, *name + " is given twice"};
  }
}

inline parameters split_parameters(std::string_view query) {
  parameters found;
  for (std::size_t from = 0; from < query.size();) {
    auto const end = std::min(query.find('&', from), query.size());
    take_parameter(found, query.substr(from, end - from));
    from = end + 1;
  }
  return found;
}

inline bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

inline std::size_t read_limit(std::string const& text) {
  auto const number = simruns::detail::parse_integer<std::size_t>(text);
  if (!is_digits(text) || !number || *number < 1 || *number > 100) {
    throw bad_request{"limit", "limit must be a whole number from 1 to 100, not " + shown(text)};
  }
  return *number;
}

/// The contract sets no upper bound, so a number beyond all runs is as good as any other.
inline std::size_t read_skip(std::string const& text) {
  static constexpr std::uint64_t enough = (std::uint64_t{1} << 53) - 1;
  if (!is_digits(text)) {
    throw bad_request{"skip", "skip must be a whole number of 0 or more, not " + shown(text)};
  }
  auto const number = simruns::detail::parse_integer<std::uint64_t>(text);
  return static_cast<std::size_t>(std::min(number.value_or(enough), enough));
}

SIMRUNS_INLINE page_query read_parameters(std::string_view query_string) {
  auto const given = split_parameters(query_string);
  page_query query;
  auto const project = given.find("projectId");
  if (project == given.end() || project->second.empty()) {
    throw bad_request{"projectId", "projectId is missing or empty: it is required"};
  }
  query.batch.project = project->second;
  for (auto const& [name, value] : given) {
    if (name == "filter") query.filter = run_filter::parse(value);
    if (name == "sort") query.order = ordering::parse(value);
    if (name == "limit") query.limit = read_limit(value);
    if (name == "skip") query.skip = read_skip(value);
    if (name == "endPointType") query.end_point_type = value;
    if (name == "next") query.next = value;
    if (name == "previous") query.previous = value;
  }
  if (query.next && query.previous) {
    throw bad_request{"next", "next and previous cannot be used together: send one of them"};
  }
  return query;
}

}  // namespace simruns::simulator::detail
