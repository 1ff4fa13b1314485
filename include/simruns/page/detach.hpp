#pragma once

#include "simruns/page/page.hpp"
#include "simruns/page/parse_page.hpp"

#include <string>
#include <utility>

namespace simruns {

/// A copy of a run that keeps nothing but itself alive: its own text, decoded again. What was odd
/// about it is odd again, at paths that begin with `/data/0`.
/// Throws: only `std::bad_alloc`.   Threads: any.   Cost: the decoding of one run.
inline run_ptr detach(run const& original) {
  std::string body = "{\"data\":[";
  body.append(original.json()).append("]}");
  auto const alone = parse_page(std::move(body));
  return alone->share(0);
}

}  // namespace simruns
