#pragma once

#include "simruns/config.hpp"
#include "simruns/page/detail/page_data.hpp"
#include "simruns/page/gather.hpp"

#include <cstddef>
#include <memory>
#include <utility>

namespace simruns {

SIMRUNS_INLINE page gather(std::span<run_ptr const> runs) {
  auto out = std::make_shared<detail::page_data>();
  std::size_t issues = 0;
  for (auto const& one : runs) issues += one->issues.size();
  out->has_own_issues = true;
  out->issues.reserve(issues);  // runs point into it
  out->runs.reserve(runs.size());
  for (auto const& one : runs) {
    auto& copy = out->runs.emplace_back(*one);
    out->issues.insert(out->issues.end(), one->issues.begin(), one->issues.end());
    copy.issues = std::span<issue const>(out->issues).last(one->issues.size());
    auto& owners = out->owners;
    bool const same =
        !owners.empty() && !owners.back().owner_before(one) && !one.owner_before(owners.back());
    if (!same) owners.push_back(one);
  }
  return page(std::move(out));
}

}  // namespace simruns
