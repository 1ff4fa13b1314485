#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/answer/detail/edit_page.hpp"
#include "simruns/simulator/data/detail/edit_json.hpp"
#include "simruns/simulator/faults/fault.hpp"
#include "simruns/simulator/store/detail/paging.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace simruns::simulator::detail {

/// Changes one value of a run; does nothing where it, or the way to it, is not there. A value that
/// is given is put in also where there was none.
inline void mutate(std::string& run, mutation const& how) {
  auto const before = json_at(run, how.member);
  switch (how.what) {
    case mutation::kind::value:
      return set_json(run, how.member, how.json);
    case mutation::kind::absent:
      return erase_json(run, how.member);
    case mutation::kind::null:
      if (before) set_json(run, how.member, "null");
      return;
    case mutation::kind::unknown:
      if (before) set_json(run, how.member, "\"SOMETHING_NEW\"");
      return;
    case mutation::kind::as_float:
      break;
  }
  if (!before || before->find_first_not_of("-0123456789") != before->npos) return;
  set_json(run, how.member, std::string{*before} + ".0");
}

SIMRUNS_INLINE void edit_pagination(list_pagination& page, page_edit const& edit,
                                    paging const& asked) {
  page.total = edit.total.value_or(page.total) + edit.total_add;
  if (edit.has_next) page.has_next = *edit.has_next;
  if (edit.repeat_cursor && asked.next) {
    page.has_next = true;
    page.next = asked.next;
  }
  if (edit.repeat_cursor && asked.previous) {
    page.has_previous = true;
    page.previous = asked.previous;
  }
  if (edit.drop_cursor) {
    page.next.reset();
    page.previous.reset();
  }
}

SIMRUNS_INLINE std::string edited_item(std::string const& json, page_edit const& edit,
                                       std::size_t index) {
  auto run = json;
  for (auto const& how : edit.mutations) {
    auto const& meant = how.runs;
    bool const all = meant.empty();
    if (all || std::find(meant.begin(), meant.end(), index) != meant.end()) {
      mutate(run, how);
    }
  }
  return run;
}

}  // namespace simruns::simulator::detail
