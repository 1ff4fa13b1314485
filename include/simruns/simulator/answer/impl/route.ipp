#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/answer/detail/route.hpp"
#include "simruns/simulator/data/endpoint.hpp"
#include "simruns/simulator/store/detail/bad_request.hpp"
#include "simruns/text/percent.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::simulator::detail {

SIMRUNS_INLINE std::string normal_prefix(std::string_view prefix) {
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  while (prefix.starts_with('/')) prefix.remove_prefix(1);
  for (char const c : prefix) {
    if (c != '/' && !simruns::detail::is_unreserved(c)) {
      throw std::invalid_argument(
          "the path prefix may hold letters, digits, '-', '.', '_', '~' and "
          "'/' only, as in /testing");
    }
  }
  if (prefix.empty()) return {};
  return "/" + std::string{prefix};
}

SIMRUNS_INLINE std::string_view without_authority(std::string_view target) {
  if (!target.starts_with("http://") && !target.starts_with("https://")) return target;
  auto const slash = target.find('/', target.find("//") + 2);
  if (slash == std::string_view::npos) return "/";
  return target.substr(slash);
}

inline bool has_dot_dot(std::string_view path) {
  while (!path.empty()) {
    auto const segment = path.substr(0, path.find_first_of("/\\"));
    if (segment.substr(0, segment.find(';')) == "..") return true;
    path.remove_prefix(std::min(path.size(), segment.size() + 1));
  }
  return false;
}

SIMRUNS_INLINE bool leads_up(std::string_view target) {
  static constexpr int most_escapes = 4;
  std::string path{target.substr(0, target.find_first_of("?#"))};
  for (int escapes = 0; escapes < most_escapes; ++escapes) {
    if (has_dot_dot(path)) return true;
    auto decoded = simruns::detail::percent_decode(path);
    if (!decoded) return escapes == 0;  // it is no path at all
    if (*decoded == path) return false;
    path = *std::move(decoded);
  }
  return true;
}

/// Takes the slash and the segment behind it that a path begins with. None: there is no such one.
inline std::optional<std::string_view> take_segment(std::string_view& path) {
  if (!path.starts_with('/')) return std::nullopt;
  path.remove_prefix(1);
  auto const segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  if (segment.empty()) return std::nullopt;
  return segment;
}

/// Takes a word, and the name behind it if there is one. False: the path goes on in another way.
inline bool take_word(std::string_view& path, std::string_view word, std::string_view& name) {
  if (take_segment(path) != word) return false;
  if (path.empty()) return true;
  auto const found = take_segment(path);
  name = found.value_or("");
  return found.has_value();
}

inline std::optional<route> find_route(std::string_view path) {
  route found;
  if (!take_word(path, "simulations", found.scenario)) return std::nullopt;
  found.what = endpoint::scenarios;
  if (path.empty()) return found.scenario.empty() ? std::optional{found} : std::nullopt;
  if (!take_word(path, "batches", found.batch)) return std::nullopt;
  found.what = found.batch.empty() ? endpoint::batches : endpoint::batch;
  if (path.empty()) return found;
  if (!take_word(path, "runs", found.run) || !path.empty()) return std::nullopt;
  found.what = found.run.empty() ? endpoint::runs : endpoint::run;
  return found;
}

SIMRUNS_INLINE std::optional<route> find_route(std::string_view target, std::string_view prefix) {
  target = without_authority(target);
  auto const mark = std::min(target.find('?'), target.size());
  auto path = target.substr(0, mark);
  if (!path.starts_with(prefix)) return std::nullopt;
  path.remove_prefix(prefix.size());
  auto found = find_route(path);
  if (found) found->query = target.substr(std::min(mark + 1, target.size()));
  return found;
}

SIMRUNS_INLINE std::string decoded_segment(std::string_view segment, std::string const& name) {
  auto text = simruns::detail::percent_decode(segment);
  if (!text) {
    throw bad_request{name,
                      name + " holds a percent sign without two hexadecimal digits behind it"};
  }
  return *std::move(text);
}

}  // namespace simruns::simulator::detail
