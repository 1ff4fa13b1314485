#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/fetch/error_body.hpp"
#include "simruns/text/byte_order_mark.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <initializer_list>

namespace simruns::detail {

using member_names = std::initializer_list<std::string_view>;

SIMRUNS_INLINE boost::json::value const* find_member(boost::json::object const& object,
                                                     std::string_view name) {
  return object.if_contains(boost::json::string_view(name.data(), name.size()));
}

/// The first of `names` that is a text, or a number as text.
SIMRUNS_INLINE std::string text_member(boost::json::object const& object, member_names names) {
  for (auto const name : names) {
    auto const* const found = find_member(object, name);
    if (found == nullptr) continue;
    if (found->is_string()) return std::string(found->get_string());
    if (found->is_int64()) return std::to_string(found->get_int64());
  }
  return {};
}

/// What a value says in words: a text, the words of a list one after the other, or what an object
/// says under one of the usual names. Empty where it says nothing.
SIMRUNS_INLINE std::string words_of(boost::json::value const& value) {
  if (value.is_string()) return std::string(value.get_string());
  std::string out;
  if (value.is_array()) {
    for (auto const& element : value.get_array()) {
      auto const words = words_of(element);
      if (!words.empty()) out += (out.empty() ? "" : "; ") + words;
    }
    return out;
  }
  if (!value.is_object()) return out;
  for (std::string_view const name :
       {"error", "detail", "title", "message", "errors", "fault", "msg", "reason", "description",
        "error_description", "faultstring", "errorMessage", "Message"}) {
    auto const* const found = find_member(value.get_object(), name);
    if (found != nullptr) out = words_of(*found);
    if (!out.empty()) break;
  }
  return out;
}

/// The object that a server puts its words in, below the member of that name, or the whole.
SIMRUNS_INLINE boost::json::object const& innermost(boost::json::object const& whole) {
  for (std::string_view const name : {"error", "errors", "fault"}) {
    auto const* found = find_member(whole, name);
    if (found != nullptr && found->is_array() && !found->get_array().empty()) {
      found = &found->get_array().front();
    }
    if (found != nullptr && found->is_object()) return found->get_object();
  }
  return whole;
}

SIMRUNS_INLINE bool looks_like_html(std::string_view body) {
  body = without_byte_order_mark(body);
  auto const start = body.find_first_not_of(" \t\r\n");
  return start != body.npos && body[start] == '<';
}

/// What a whole JSON object says.
SIMRUNS_INLINE error_body read_error_object(boost::json::object const& whole) {
  error_body out;
  out.message = words_of(whole);
  // Where `error` is a mere word for the status, the reason is in another member.
  auto const* const error = find_member(whole, "error");
  for (std::string_view const name : {"message", "error_description"}) {
    auto const* const member = find_member(whole, name);
    if (member == nullptr || error == nullptr || !error->is_string()) continue;
    auto const reason = words_of(*member);
    if (!reason.empty() && reason != out.message) out.message += ": " + reason;
    break;
  }
  auto const& inner = innermost(whole);
  auto const of_either = [&](member_names names) {
    auto text = text_member(whole, names);
    return text.empty() ? text_member(inner, names) : text;
  };
  out.field = of_either({"field"});
  out.code = of_either({"code"});
  out.trace_id = of_either({"traceId", "trace_id"});
  return out;
}

SIMRUNS_INLINE error_body parse_error_body(std::string_view body) {
  error_body out;
  error_code failed;
  boost::json::parse_options options;
  options.max_depth = 16;
  static constexpr std::string_view space = " \t\r\n";
  body = without_byte_order_mark(body);
  auto const value =
      boost::json::parse(boost::json::string_view(body.data(), body.size()), failed, {}, options);
  if (looks_like_html(body)) {
    out.message = "the response is a web page, not the API's; is the base URL right?";
    return out;
  }
  bool const object = !failed && value.is_object();
  if (object) out = read_error_object(value.get_object());
  if (!failed && !object) out.message = words_of(value);
  // Words in a form of the server's own are shown as they are.
  bool const says_error =
      failed || (object && &innermost(value.get_object()) != &value.get_object());
  if (out.message.empty() && says_error) {
    auto const first = std::min(body.find_first_not_of(space), body.size());
    out.message = body.substr(first, body.find_last_not_of(space) + 1 - first);
  }
  return out;
}

}  // namespace simruns::detail
