#pragma once

#include "simruns/request/http_message.hpp"

#include <string>

namespace simruns::detail {

/// How a body is packed, by its head.
struct content_coding {
  bool gzip = false;
  std::string fault;  ///< Why the body cannot be read; empty if it can.

  content_coding() = default;
};

/// The coding that the head names. Gzip is taken whether it was asked for or not: proxies pack what
/// passes them. Another coding's name is repeated in the fault only if it is a usual one: a server
/// may put anything there, a secret too.
content_coding read_content_coding(http_headers const& headers);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/transport/impl/content_coding.ipp"
#endif
