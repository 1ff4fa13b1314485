#pragma once

#include "simruns/error.hpp"
#include "simruns/fwd.hpp"
#include "simruns/page/page.hpp"
#include "simruns/query/resource.hpp"
#include "simruns/text/redactor.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <string>

namespace simruns {

/// How far `parse_page` trusts a body.
struct parse_limits {
  /// How deep JSON may be nested. Default 512, which is also the most.
  std::size_t max_depth = 512;

  /// How many runs a page may have. Default 10,000.
  std::size_t max_runs = 10'000;

  /// How many bytes of memory a page may take beside its body. Default 256 MiB.
  std::size_t max_arena_bytes = std::size_t{1} << 28;

  /// How many issues a page keeps; further ones are only counted. Default 1,000.
  std::size_t max_issues = 1'000;

  /// Whether the first issue makes the page an error. Default false.
  bool strict = false;

  /// Whether a run that is no JSON is left out, as an issue, in place of making its page an error.
  /// That takes a run whose end is certain: its quotes, brackets, colons and commas are right, and
  /// only words, numbers, escapes, control characters, bytes or the depth are wrong. Default false.
  bool skip_bad_runs = false;
};

/// Why a body is not a page.
struct parse_error {
  errc code = errc::decode;  ///< `errc::decode`, or `errc::too_large` where a limit was passed.
  std::string message;       ///< For people: what is wrong, and where in the body.
  std::string path;          ///< A JSON pointer to what is wrong; empty where none is known.
  std::size_t offset = 0;    ///< How many bytes of the body stand before what is wrong.

  /// Whether a body that could not be decoded is whole to its end: JSON, or so but for words,
  /// numbers, escapes and bytes in it.
  bool whole_json = false;

  std::string body;  ///< The body that is no page, as it was given.
};

/// Decodes one body in one pass. Every run is kept, whatever is odd about it, and nothing is
/// invented: `page::issues` says what was odd. A body that is not JSON, or has no `data` array, is
/// an error.
/// Throws: only `std::bad_alloc`.   Threads: any.   Cost: one pass, one arena; an error may take a
/// second pass.
boost::system::result<page, parse_error> parse_page(std::string body, parse_limits limits = {});

/// Decodes a response: a page of runs; one run, as a page of its own; or a page of scenarios or
/// batches, or one batch, each as a run that has its id and its text, and nothing else. No message
/// about the page shows what `strike` knows.
boost::system::result<page, parse_error> parse_response(resource what, std::string body,
                                                        parse_limits limits,
                                                        detail::shared_redactor strike = nullptr);

/// Copies a run into a page of its own, which keeps nothing else alive: its own text is decoded
/// again. Its issues are those of the original, at their paths in the page that it came in.
/// Throws: only `std::bad_alloc`.   Threads: any.   Cost: the decoding of one run.
run_ptr detach(run const& original);

/// Lets `parse_page(...).value()` throw a `request_error`.
[[noreturn]] void throw_exception_from_error(parse_error const& error,
                                             boost::source_location const&);

}  // namespace simruns

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/page/impl/page_reader.ipp"
#endif
