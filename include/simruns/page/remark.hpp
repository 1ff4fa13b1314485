#pragma once

#include "simruns/config.hpp"
#include "simruns/page/page.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace simruns {

/// An issue with a run that decoding could not find, since it takes more than one page to see it.
struct run_remark {
  std::size_t index = 0;    ///< Of the run in its page.
  std::string_view member;  ///< The member of the run that the issue is about.
  std::string message;      ///< For people.
};

/// A JSON pointer to what the issue is about, in `whole`, which is no selection.
std::string path_of(run_remark const& remark, page const& whole);

/// The same page with further issues, each the last one of its run. Requires: `whole` is no
/// selection, and each index is below its size, and given once.
page remark_on(page const& whole, std::vector<run_remark> remarks);

/// The start of a text of the page's, fit for a message: on one line, and without a secret of the
/// client that asked for the page. Requires: `of.valid()`.
std::string shown_text(page const& of, std::string_view text);

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/page/impl/remark.ipp"
#endif
