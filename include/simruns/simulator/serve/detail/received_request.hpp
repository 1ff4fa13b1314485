#pragma once

#include "simruns/simulator/answer/detail/responder.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/error_code.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace simruns::simulator::detail {

using http_parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
using received_request = http_parser::value_type;

inline std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

/// What a request asks of the API. The result looks into `request`.
api_request api_request_of(received_request const& request);

/// Why a request is not served, whatever it asks for.
struct refusal {
  unsigned status = 400;
  std::string why;
};

/// The refusal of a request that could not be read. None: the client has gone, or was too slow, and
/// there is nobody to tell.
std::optional<refusal> refusal_of_unreadable(boost::system::error_code failed);

/// The refusal of a request whose body may be framed in a way that is not understood here, or that
/// does not say which host it is for (RFC 9112, 6.1 and 3.2). What follows it on the connection may
/// be its body, and is not to be read as a request.
std::optional<refusal> refusal_of_head(received_request const& request);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/serve/impl/received_request.ipp"
#endif
