#pragma once

#include "simruns/config.hpp"
#include "simruns/simulator/answer/detail/responder.hpp"
#include "simruns/simulator/serve/detail/gzip.hpp"
#include "simruns/simulator/serve/detail/received_request.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/system/error_code.hpp>

#include <optional>

namespace simruns::simulator::detail {

SIMRUNS_INLINE api_request api_request_of(received_request const& request) {
  api_request made;
  made.method = view(request.method_string());
  made.target = view(request.target());
  for (auto const& header : request) {
    if (header.name() == boost::beast::http::field::authorization) {
      made.credentials.authorization.push_back(view(header.value()));
    } else if (boost::beast::iequals(header.name_string(), "X-API-Key")) {
      made.credentials.api_keys.push_back(view(header.value()));
    } else if (header.name() == boost::beast::http::field::accept_encoding) {
      made.gzip = made.gzip || asks_for_gzip(view(header.value()));
    }
  }
  return made;
}

SIMRUNS_INLINE std::optional<unsigned> status_of_unreadable(boost::system::error_code failed) {
  using boost::beast::http::error;
  if (failed.category() != make_error_code(error::end_of_stream).category()) return std::nullopt;
  if (failed == error::end_of_stream || failed == error::partial_message) return std::nullopt;
  if (failed == error::header_limit || failed == error::buffer_overflow) return 431;
  if (failed == error::body_limit) return 413;
  return 400;
}

}  // namespace simruns::simulator::detail
