#pragma once

#include "simruns/simulator/answer/detail/responder.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/error_code.hpp>

#include <optional>
#include <string_view>

namespace simruns::simulator::detail {

using http_parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
using received_request = http_parser::value_type;

inline std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

/// What a request asks of the API. The result looks into `request`.
api_request api_request_of(received_request const& request);

/// The status that tells a client why its request could not be read. None: the client has gone, or
/// was too slow, and there is nobody to tell.
std::optional<unsigned> status_of_unreadable(boost::system::error_code failed);

}  // namespace simruns::simulator::detail

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/simulator/serve/impl/received_request.ipp"
#endif
