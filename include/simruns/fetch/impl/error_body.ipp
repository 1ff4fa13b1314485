#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/fetch/error_body.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <initializer_list>

namespace simruns::detail {

/// The first of `names` that is a text, or a number as text.
SIMRUNS_INLINE std::string text_member(boost::json::object const& object,
                                       std::initializer_list<std::string_view> names) {
  for (auto const name : names) {
    auto const* found = object.if_contains(boost::json::string_view(name.data(), name.size()));
    if (found == nullptr) continue;
    if (found->is_string()) return std::string(found->get_string());
    if (found->is_int64()) return std::to_string(found->get_int64());
  }
  return {};
}

SIMRUNS_INLINE bool looks_like_html(std::string_view body) {
  auto const start = body.find_first_not_of(" \t\r\n");
  return start != body.npos && body[start] == '<';
}

SIMRUNS_INLINE error_body parse_error_body(std::string_view body) {
  error_body out;
  error_code failed;
  boost::json::parse_options options;
  options.max_depth = 16;
  auto const value =
      boost::json::parse(boost::json::string_view(body.data(), body.size()), failed, {}, options);
  if (!failed && value.is_object()) {
    auto const& object = value.get_object();
    out.message = text_member(object, {"error", "detail", "title", "message"});
    out.field = text_member(object, {"field"});
    out.code = text_member(object, {"code"});
    out.trace_id = text_member(object, {"traceId", "trace_id"});
  } else if (looks_like_html(body)) {
    out.message = "the response is a web page, not the API's; is the base URL right?";
  } else {
    out.message = body.substr(std::min(body.find_first_not_of(" \t\r\n"), body.size()));
  }
  return out;
}

}  // namespace simruns::detail
