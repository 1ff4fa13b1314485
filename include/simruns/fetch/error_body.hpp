#pragma once

#include <string>
#include <string_view>

namespace simruns::detail {

/// What the body of a response that is no page says: the contract's own form (`error`, `field`,
/// `code`, `traceId`), or RFC 9457's (`title`, `detail`). Empty where it says nothing.
struct error_body {
  std::string message;
  std::string field;
  std::string code;
  std::string trace_id;
};

/// Reads the parts of an error body, behind which a NUL stands; never fails. They are whole:
/// whoever shows one strikes secrets out of it first, and cuts it then, as half of a secret would
/// no longer be known.
error_body parse_error_body(std::string_view body);

/// Whether a body is a web page, as proxies and gateways send it.
bool looks_like_html(std::string_view body);

}  // namespace simruns::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/fetch/impl/error_body.ipp"
#endif
