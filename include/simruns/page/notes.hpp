#pragma once

#include "simruns/config.hpp"
#include "simruns/page/page.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace simruns {

/// An issue of a page.
struct noted_issue {
  issue const* noted = nullptr;    ///< Lives as long as the page.
  std::optional<std::size_t> run;  ///< Which run of the page it is about; none: the page.
};

/// The issues of a page in the order of the body, none if it is not valid. Those of runs that a
/// selection left out are not among them.
std::vector<noted_issue> noted_in(page const& source);

/// What was odd about a page and its runs, free of the page.
struct page_notes {
  /// An issue.
  struct note {
    std::optional<std::size_t> run;  ///< Which run of the page it is about; none: the page.
    std::string path;
    std::string message;
  };

  std::vector<note> issues;  ///< In the order of the body. Those of one run stand together.
  std::vector<bad_run> bad_runs;
};

/// The notes of a page: those of `noted_in`, and the bad runs. Requires: the page is valid.
page_notes notes_of(page const& source);

/// The same page with these notes in place of its own.
/// Throws: request_error (invalid_argument), if the notes are not of a page of this size.
page with_notes(page const& whole, page_notes notes);

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/page/impl/notes.ipp"
#endif
