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
#include <string>

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

SIMRUNS_INLINE std::optional<refusal> refusal_of_unreadable(boost::system::error_code failed) {
  using boost::beast::http::error;
  if (failed.category() != make_error_code(error::end_of_stream).category()) return std::nullopt;
  if (failed == error::end_of_stream || failed == error::partial_message) return std::nullopt;
  refusal made{400, "the request cannot be read: " + failed.message()};
  if (failed == error::header_limit || failed == error::buffer_overflow) made.status = 431;
  if (failed == error::body_limit) made.status = 413;
  return made;
}

SIMRUNS_INLINE std::optional<refusal> refusal_of_head(received_request const& request) {
  namespace http = boost::beast::http;
  auto const codings = request.equal_range(http::field::transfer_encoding);
  for (auto coding = codings.first; coding != codings.second; ++coding) {
    bool const again = coding != codings.first;
    if (again || !boost::beast::iequals(coding->value(), "chunked")) {
      return refusal{501, "the only Transfer-Encoding that is understood is chunked, once"};
    }
  }
  auto const hosts = request.count(http::field::host);
  bool const needed = request.version() >= 11;
  if (hosts > 1 || (needed && hosts == 0)) {
    return refusal{400, "the request has " + std::to_string(hosts) + " Host fields, not one"};
  }
  return std::nullopt;
}

}  // namespace simruns::simulator::detail
