#pragma once

#include "simruns/config.hpp"
#include "simruns/page/detail/page_data.hpp"
#include "simruns/page/remark.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace simruns::detail {

SIMRUNS_INLINE std::string path_of(run_remark const& remark) {
  return "/data/" + std::to_string(remark.index) + "/" + std::string(remark.member);
}

SIMRUNS_INLINE issue issue_of(run_remark const& remark, page_data& to) {
  issue out;
  out.path = to.memory.copy(std::string_view(path_of(remark)));
  out.message = to.memory.copy(std::string_view(remark.message));
  return out;
}

SIMRUNS_INLINE page remark_on(page const& whole, std::vector<run_remark> remarks) {
  std::ranges::sort(remarks, {}, &run_remark::index);
  auto out = std::make_shared<page_data>();
  out->origin = whole.data_;
  out->has_own_issues = true;
  out->runs = whole.data_->runs;
  out->paging = whole.data_->paging;
  out->issues_dropped = whole.data_->issues_dropped;
  out->extra = whole.data_->extra;
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
      issues.push_back(issue_of(*remark++, *out));
      ++count;
    }
    own = std::span<issue const>(issues).last(count);
  }
  issues.insert(issues.end(), before.begin() + static_cast<std::ptrdiff_t>(copied), before.end());
  return page(std::move(out));
}

}  // namespace simruns::detail
