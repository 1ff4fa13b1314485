#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/page/detail/page_data.hpp"
#include "simruns/page/notes.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

namespace simruns {

namespace detail {

/// Whether an issue is about a run that a page has, or that a selection left out; not about one
/// that the page itself left out, as bad.
SIMRUNS_INLINE bool is_about_a_run(page const& source, issue const& noted) {
  return noted.path.starts_with("/data/") &&
         std::ranges::none_of(source.bad_runs(),
                              [&](bad_run const& bad) { return bad.path == noted.path; });
}

/// Gives a run one more issue, the one at `at`. False: its issues do not stand together.
SIMRUNS_INLINE bool extend(run& of, issue const* at) {
  if (!of.issues.empty() && of.issues.data() + of.issues.size() != at) return false;
  of.issues = {of.issues.empty() ? at : of.issues.data(), of.issues.size() + 1};
  return true;
}

}  // namespace detail

SIMRUNS_INLINE std::vector<noted_issue> noted_in(page const& source) {
  if (!source.valid()) return {};
  auto const all = source.issues();
  std::vector<noted_issue> out;
  for (auto const& noted : all) out.push_back({&noted, std::nullopt});
  for (std::size_t i = 0; i < source.size(); ++i) {
    for (auto const& noted : source[i].issues) {
      if (!std::less_equal<>{}(all.data(), &noted)) continue;
      auto const at = static_cast<std::size_t>(&noted - all.data());
      if (at < all.size()) out[at].run = i;
    }
  }
  std::erase_if(out, [&](noted_issue const& one) {
    return !one.run && detail::is_about_a_run(source, *one.noted);
  });
  return out;
}

SIMRUNS_INLINE page_notes notes_of(page const& source) {
  page_notes out;
  out.bad_runs.assign(source.bad_runs().begin(), source.bad_runs().end());
  for (auto const& [noted, run] : noted_in(source)) {
    out.issues.push_back({run, std::string(noted->path), std::string(noted->message)});
  }
  return out;
}

SIMRUNS_INLINE page with_notes(page const& whole, page_notes notes) {
  auto out = std::make_shared<detail::page_data>();
  out->origin = whole.data_;
  out->has_own_issues = true;
  out->runs = whole.data_->runs;
  out->paging = whole.data_->paging;
  out->extra = whole.data_->extra;
  out->bad_runs = std::move(notes.bad_runs);
  for (auto& one : out->runs) one.issues = {};
  out->issues.reserve(notes.issues.size());  // runs point into it
  for (auto const& note : notes.issues) {
    out->issues.push_back({out->memory.copy(std::string_view(note.path)),
                           out->memory.copy(std::string_view(note.message))});
    if (!note.run) continue;
    if (*note.run >= out->runs.size() ||
        !detail::extend(out->runs[*note.run], &out->issues.back())) {
      throw request_error(errc::invalid_argument, "these are the issues of another page");
    }
  }
  return page(std::move(out));
}

}  // namespace simruns
