#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/answer/detail/route.hpp"
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

/// Takes the text up to the next slash, and the slash.
inline std::string_view take_segment(std::string_view& path) {
  auto const slash = std::min(path.find('/'), path.size());
  auto const segment = path.substr(0, slash);
  path.remove_prefix(std::min(slash + 1, path.size()));
  return segment;
}

SIMRUNS_INLINE std::optional<route> find_route(std::string_view target, std::string_view prefix) {
  target = without_authority(target);
  auto const mark = std::min(target.find('?'), target.size());
  auto path = target.substr(0, mark);
  if (!path.starts_with(prefix)) return std::nullopt;
  path.remove_prefix(prefix.size());
  if (!path.starts_with("/simulations/")) return std::nullopt;
  path.remove_prefix(std::string_view{"/simulations/"}.size());
  route found;
  found.scenario = take_segment(path);
  auto const batches = take_segment(path);
  found.batch = take_segment(path);
  if (batches != "batches" || path != "runs") return std::nullopt;
  if (found.scenario.empty() || found.batch.empty()) return std::nullopt;
  found.query = target.substr(std::min(mark + 1, target.size()));
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
