#pragma once

#include "simruns/config.hpp"
#include "simruns/error.hpp"
#include "simruns/fetch/error_body.hpp"
#include "simruns/json/object_members.hpp"
#include "simruns/json/scanner.hpp"
#include "simruns/text/byte_order_mark.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace simruns::detail {

inline constexpr std::size_t most_error_bytes = 64 * 1024;  ///< A longer body is not read as JSON.
inline constexpr std::size_t most_error_depth = 16;         ///< Nor is one of deeper nesting.

/// The names under which servers put their words, the likeliest first.
inline constexpr std::array<std::string_view, 13> word_names{
    "error",       "detail",       "title",  "message",     "errors",
    "fault",       "msg",          "reason", "description", "error_description",
    "faultstring", "errorMessage", "Message"};

using member_names = std::initializer_list<std::string_view>;

/// The text of the member of that name, the last if there are several; empty if there is none, or
/// `json` is no object.
SIMRUNS_INLINE std::string_view find_member(std::string_view json, std::string_view name) {
  text_reader texts;
  std::string_view out = "";  // not null: a NUL ends every text that is read
  for (object_members m(json); m.next();) {
    if (texts.read(m.key()) == name) out = m.value();
  }
  return out;
}

/// The first of `names` that is a text, or an integer as text.
SIMRUNS_INLINE std::string text_member(std::string_view json, member_names names) {
  text_reader texts;
  for (auto const name : names) {
    auto const found = find_member(json, name);
    if (auto const text = texts.read(found)) return std::string(*text);
    bool const digits = found.find_first_not_of("-0123456789") == found.npos;
    if (digits && !found.empty()) return std::string(found);
  }
  return {};
}

/// What a value says in words: a text, the words of a list one after the other, or what an object
/// says under one of the usual names. Empty where it says nothing.
SIMRUNS_INLINE std::string words_of(std::string_view json) {
  text_reader texts;
  if (auto const text = texts.read(json)) return std::string(*text);
  std::string out;
  if (json.starts_with('[')) {
    for (array_elements e(json); e.next();) {
      auto const words = words_of(e.value());
      if (!words.empty()) out += (out.empty() ? "" : "; ") + words;
    }
    return out;
  }
  if (!json.starts_with('{')) return out;
  for (auto const name : word_names) {
    out = words_of(find_member(json, name));
    if (!out.empty()) break;
  }
  return out;
}

/// The object that a server puts its words in, below the member of that name, or the whole.
SIMRUNS_INLINE std::string_view innermost(std::string_view whole) {
  for (std::string_view const name : {"error", "errors", "fault"}) {
    auto found = find_member(whole, name);
    array_elements elements(found);
    if (elements.next()) found = elements.value();
    if (found.starts_with('{')) return found;
  }
  return whole;
}

SIMRUNS_INLINE bool looks_like_html(std::string_view body) {
  body = without_byte_order_mark(body);
  auto const start = body.find_first_not_of(" \t\r\n");
  return start != body.npos && body[start] == '<';
}

/// What a whole JSON object says.
SIMRUNS_INLINE error_body read_error_object(std::string_view whole) {
  error_body out;
  out.message = words_of(whole);
  // Where `error` is a mere word for the status, the reason is in another member.
  bool const word = find_member(whole, "error").starts_with('"');
  for (std::string_view const name : {"message", "error_description"}) {
    auto const member = find_member(whole, name);
    if (member.empty() || !word) continue;
    auto const reason = words_of(member);
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
  body = without_byte_order_mark(body);
  if (looks_like_html(body)) {
    out.message = "the response is a web page, not the API's; is the base URL right?";
    return out;
  }
  json_scanner in(body);
  std::string_view whole;
  bool const json = body.size() <= most_error_bytes && in.value(whole, most_error_depth) &&
                    in.peek() == '\0' && in.at_end();
  bool const object = json && whole.starts_with('{');
  if (object) out = read_error_object(whole);
  if (json && !object) out.message = words_of(whole);
  // Words in a form of the server's own are shown as they are.
  bool const says_error = !json || (object && innermost(whole).data() != whole.data());
  if (out.message.empty() && says_error) {
    static constexpr std::string_view space = " \t\r\n";
    auto const first = std::min(body.find_first_not_of(space), body.size());
    out.message = body.substr(first, body.find_last_not_of(space) + 1 - first);
  }
  return out;
}

}  // namespace simruns::detail
