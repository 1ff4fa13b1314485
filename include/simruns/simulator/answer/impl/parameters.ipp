#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/answer/detail/parameters.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"
#include "simruns/simulator/store/detail/list_query.hpp"
#include "simruns/simulator/store/detail/page_query.hpp"
#include "simruns/simulator/store/detail/run_filter.hpp"
#include "simruns/text/parse_integer.hpp"
#include "simruns/text/percent.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace simruns::simulator::detail {

using parameter_names = std::span<std::string_view const>;

inline constexpr std::array<std::string_view, 8> of_runs{
    "projectId", "filter", "limit", "skip", "sort", "next", "previous", "endPointType"};
inline constexpr std::array<std::string_view, 8> of_scenarios{
    "projectId", "filter", "limit", "skip", "sort", "next", "previous", "includeUpcomingSchedule"};
inline constexpr std::array<std::string_view, 11> of_batches{
    "projectId", "filter", "limit",    "skip",     "sort",        "next",
    "previous",  "status", "timespan", "timezone", "endPointType"};
inline constexpr std::array<std::string_view, 1> of_one{"projectId"};

/// The known parameters of a request, decoded, each there at most once.
using parameters = std::map<std::string_view, std::string>;

/// Decodes one name or value of a query string, where a plus is a space.
inline std::optional<std::string> form_decode(std::string_view text) {
  std::string spaced{text};
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return simruns::detail::percent_decode(spaced);
}

inline void take_parameter(parameters& found, std::string_view pair, parameter_names names) {
  auto const equals = std::min(pair.find('='), pair.size());
  auto const name = form_decode(pair.substr(0, equals));
  auto const known = std::find(names.begin(), names.end(), name);
  if (known == names.end()) return;
  auto value = form_decode(pair.substr(std::min(equals + 1, pair.size())));
  if (!value) {
    throw bad_request{*name,
                      *name + " holds a percent sign without two hexadecimal digits behind it"};
  }
  if (!found.try_emplace(*known, *std::move(value)).second) {
    throw bad_request{*name, *name + " is given twice"};
  }
}

inline parameters split_parameters(std::string_view query, parameter_names names) {
  parameters found;
  for (std::size_t from = 0; from < query.size();) {
    auto const end = std::min(query.find('&', from), query.size());
    take_parameter(found, query.substr(from, end - from), names);
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

inline std::string project_of(parameters const& given) {
  auto const project = given.find("projectId");
  if (project == given.end() || project->second.empty()) {
    throw bad_request{"projectId", "projectId is missing or empty: it is required"};
  }
  return project->second;
}

/// Reads the parameters that every list has.
template <class Query>
void read_list_parameters(parameters const& given, Query& query) {
  for (auto const& [name, value] : given) {
    if (name == "sort") query.order = decltype(query.order)::parse(value);
    if (name == "limit") query.limit = read_limit(value);
    if (name == "skip") query.skip = read_skip(value);
    if (name == "next") query.next = value;
    if (name == "previous") query.previous = value;
  }
  if (query.next && query.previous) {
    throw bad_request{"next", "next and previous cannot be used together: send one of them"};
  }
}

SIMRUNS_INLINE page_query read_parameters(std::string_view query_string) {
  auto const given = split_parameters(query_string, of_runs);
  page_query query;
  query.batch.project = project_of(given);
  for (auto const& [name, value] : given) {
    if (name == "filter") query.filter = run_filter::parse(value);
    if (name == "endPointType") query.end_point_type = value;
  }
  read_list_parameters(given, query);
  return query;
}

inline bool read_flag(std::string_view name, std::string const& text) {
  if (text == "true" || text == "false") return text == "true";
  std::string const field{name};
  throw bad_request{field, field + " must be true or false, not " + shown(text)};
}

SIMRUNS_INLINE scenario_query read_scenario_parameters(std::string_view query_string) {
  auto const given = split_parameters(query_string, of_scenarios);
  scenario_query query;
  query.project = project_of(given);
  for (auto const& [name, value] : given) {
    if (name == "filter") query.filter = value;
    if (name == "includeUpcomingSchedule") query.upcoming = read_flag(name, value);
  }
  read_list_parameters(given, query);
  return query;
}

inline std::string read_status(std::string const& text) {
  static constexpr std::array<std::string_view, 4> known{"STOPPED", "IN_PROGRESS", "COMPLETED",
                                                         "FAILED"};
  if (std::find(known.begin(), known.end(), text) != known.end()) return text;
  throw bad_request{"status",
                    "status must be STOPPED, IN_PROGRESS, COMPLETED or FAILED, not " + shown(text)};
}

/// A day is 24 hours here, a month 30 days and a year 365.
inline std::chrono::milliseconds read_timespan(std::string const& text) {
  static constexpr std::array<std::pair<char, int>, 4> units{
      {{'d', 1}, {'w', 7}, {'m', 30}, {'y', 365}}};
  static constexpr std::size_t most_digits = 4;
  for (auto const& [unit, days] : units) {
    if (!text.ends_with(unit)) continue;
    auto const digits = std::string_view{text}.substr(0, text.size() - 1);
    if (!is_digits(digits) || digits.size() > most_digits) break;
    auto const number = simruns::detail::parse_integer<int>(digits).value_or(0);
    if (number > 0) return std::chrono::days{number * days};
  }
  throw bad_request{"timespan",
                    "timespan must be a number of days, weeks, months or years, such "
                    "as 7d, 2w, 6m or 1y, not " +
                        shown(text)};
}

/// Whether a text has the form of the name of a time zone, as in `America/Argentina/Ushuaia`.
inline bool is_zone_name(std::string_view text) {
  auto const letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  auto const fits = [letter](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+';
  };
  for (;;) {
    auto const slash = std::min(text.find('/'), text.size());
    auto const part = text.substr(0, slash);
    if (part.empty() || !letter(part.front())) return false;
    if (!std::all_of(part.begin(), part.end(), fits)) return false;
    if (slash == text.size()) return true;
    text.remove_prefix(slash + 1);
  }
}

/// Refuses what is no time zone: by the system's list of them, or by its form where there is none.
inline void check_timezone(std::string const& text) {
  std::filesystem::path const zones{"/usr/share/zoneinfo"};
  std::error_code error;
  bool known = is_zone_name(text);
  if (known && std::filesystem::is_directory(zones, error)) {
    known = std::filesystem::is_regular_file(zones / text, error);
  }
  if (known) return;
  throw bad_request{
      "timezone",
      "timezone must be a name of the IANA's, such as Europe/Berlin, not " + shown(text)};
}

SIMRUNS_INLINE batch_query read_batch_parameters(std::string_view query_string) {
  auto const given = split_parameters(query_string, of_batches);
  batch_query query;
  query.scenario.project = project_of(given);
  for (auto const& [name, value] : given) {
    if (name == "filter") query.filter = value;
    if (name == "status") query.status = read_status(value);
    if (name == "timespan") query.span = read_timespan(value);
    if (name == "timezone") check_timezone(value);
    if (name == "endPointType") query.end_point_type = value;
  }
  read_list_parameters(given, query);
  return query;
}

SIMRUNS_INLINE std::string read_project(std::string_view query_string) {
  return project_of(split_parameters(query_string, of_one));
}

}  // namespace simruns::simulator::detail
