#pragma once

#include "simruns/error.hpp"

#include <cstddef>
#include <string>

namespace simruns {

/// Why a body is not a page.
struct parse_error {
  errc code = errc::decode;  ///< `decode`, or `too_large` where a limit was passed.
  std::string message;       ///< What, and where in the body.
  std::string path;          ///< JSON pointer, where one is known.
  std::size_t offset = 0;    ///< Bytes into the body.
  bool whole_json = false;   ///< Of `decode`: the body is JSON to its end, and was not cut.
};

[[noreturn]] inline void throw_exception_from_error(parse_error const& error,
                                                    boost::source_location const&) {
  throw request_error(error.code, error.message);
}

}  // namespace simruns
