#pragma once

#include "simruns/config.hpp"
#include "simruns/page/detail/page_data.hpp"
#include "simruns/page/remark.hpp"
#include "simruns/text/parse_integer.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace simruns {

/// The path counts the runs that were left out, too.
SIMRUNS_INLINE std::string path_of(run_remark const& remark, page const& whole) {
  static constexpr std::string_view data = "/data/";
  auto index = remark.index;
  for (auto const& bad : whole.bad_runs()) {
    std::string_view const path = bad.path;
    auto const left_out = detail::parse_integer<std::size_t>(path.substr(data.size()));
    if (left_out && *left_out <= index) ++index;
  }
  return std::string(data) + std::to_string(index) + "/" + std::string(remark.member);
}

SIMRUNS_INLINE page remark_on(page const& whole, std::vector<run_remark> remarks) {
  std::ranges::sort(remarks, {}, &run_remark::index);
  auto out = std::make_shared<detail::page_data>();
  out->origin = whole.data_;
  out->has_own_issues = true;
  out->runs = whole.data_->runs;
  out->paging = whole.data_->paging;
  out->issues_dropped = whole.data_->issues_dropped;
  out->extra = whole.data_->extra;
  out->bad_runs.assign(whole.bad_runs().begin(), whole.bad_runs().end());
  std::span<issue const> const before = whole.issues();
  auto& issues = out->issues;
  issues.reserve(before.size() + remarks.size());  // runs point into it
  auto remark = remarks.begin();
  std::size_t copied = 0;
  for (std::size_t i = 0; i < out->runs.size(); ++i) {
    auto& own = out->runs[i].issues;
    auto const begin = own.empty() ? copied : static_cast<std::size_t>(own.data() - before.data());
    auto const end = begin + own.size();
    issues.insert(issues.end(), before.begin() + static_cast<std::ptrdiff_t>(copied),
                  before.begin() + static_cast<std::ptrdiff_t>(end));
    auto count = own.size();
    copied = end;
    if (remark != remarks.end() && remark->index == i) {
      issue noted;
      noted.path = out->memory.copy(std::string_view(path_of(*remark, whole)));
      noted.message = out->memory.copy(std::string_view(remark->message));
      issues.push_back(noted);
      ++remark;
      ++count;
    }
    own = std::span<issue const>(issues).last(count);
  }
  issues.insert(issues.end(), before.begin() + static_cast<std::ptrdiff_t>(copied), before.end());
  return page(std::move(out));
}

}  // namespace simruns
