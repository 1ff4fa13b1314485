#pragma once

#include "simruns/simulator/answer/detail/responder.hpp"
#include "simruns/simulator/serve/detail/gzip.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/error_code.hpp>

#include <optional>
#include <string_view>

namespace simruns::simulator {

namespace detail {

using http_parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
using http_request = http_parser::value_type;

inline std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

/// The result looks into `request`.
inline api_request api_request_of(http_request const& request) {
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

/// The status that tells a client why its request could not be read; nothing if there is nobody to
/// tell: the client has gone, or was too slow.
inline std::optional<unsigned> status_of_unreadable(boost::system::error_code problem) {
  using boost::beast::http::error;
  if (problem.category() != make_error_code(error::end_of_stream).category()) return std::nullopt;
  if (problem == error::end_of_stream || problem == error::partial_message) return std::nullopt;
  if (problem == error::header_limit || problem == error::buffer_overflow) return 431;
  if (problem == error::body_limit) return 413;
  return 400;
}

}  // namespace detail

}  // namespace simruns::simulator
