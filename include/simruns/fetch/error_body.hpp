#pragma once

#include "simruns/error.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

namespace simruns {

/// What an error body says: the contract's own form (`error`, `field`, `code`, `traceId`), or
/// RFC 7807's (`title`, `detail`). Empty where it says nothing.
struct problem {
  std::string message;
  std::string field;
  std::string code;
  std::string trace_id;
};

namespace detail {

/// The first of `names` that is a text, or a number as text.
inline std::string text_member(boost::json::object const& object,
                               std::initializer_list<std::string_view> names) {
  for (auto const name : names) {
    auto const* found = object.if_contains(boost::json::string_view(name.data(), name.size()));
    if (found == nullptr) continue;
    if (found->is_string()) return std::string(found->get_string());
    if (found->is_int64()) return std::to_string(found->get_int64());
  }
  return {};
}

/// At most 200 bytes of an unknown body, on one line, with no character that a terminal obeys.
inline std::string safe_excerpt(std::string_view body) {
  static constexpr std::size_t most = 200;
  std::string out;
  for (char c : body) {
    if (out.size() == most) return out + "...";
    bool const printable = c >= 0x20 && c < 0x7f;
    if (printable && !(c == ' ' && (out.empty() || out.back() == ' '))) out += c;
    if (!printable && !out.empty() && out.back() != ' ') out += ' ';
  }
  return out;
}

inline bool looks_like_html(std::string_view body) {
  auto const start = body.find_first_not_of(" \t\r\n");
  return start != body.npos && body[start] == '<';
}

}  // namespace detail

/// Reads the body of an answer that is no page; never fails. `clean` strikes secrets out of a text
/// before it is cut, as half of one would no longer be known.
template <class Clean>
problem read_problem(std::string_view body, Clean const& clean) {
  auto const shown = [&clean](std::string_view text) { return detail::safe_excerpt(clean(text)); };
  problem out;
  error_code failed;
  boost::json::parse_options options;
  options.max_depth = 16;
  auto const value =
      boost::json::parse(boost::json::string_view(body.data(), body.size()), failed, {}, options);
  if (!failed && value.is_object()) {
    auto const& object = value.get_object();
    out.message = shown(detail::text_member(object, {"error", "detail", "title", "message"}));
    out.field = shown(detail::text_member(object, {"field"}));
    out.code = shown(detail::text_member(object, {"code"}));
    out.trace_id = shown(detail::text_member(object, {"traceId", "trace_id"}));
  } else if (detail::looks_like_html(body)) {
    out.message = "the answer is a web page, not the API's; is the base URL right?";
  } else {
    out.message = shown(body);
  }
  return out;
}

inline problem read_problem(std::string_view body) {
  return read_problem(body, [](std::string_view text) { return text; });
}

/// The word for a status that is no success.
inline errc errc_of_status(int status) noexcept {
  switch (status) {
    case 400:
    case 422:
      return errc::bad_request;
    case 401:
      return errc::auth;
    case 403:
      return errc::forbidden;
    case 404:
    case 410:
      return errc::not_found;
    case 408:
      return errc::timeout;
    case 425:
    case 429:
      return errc::rate_limited;
    case 501:  // asked again, the server would know it no better
    case 505:
      return errc::http;
    default:
      break;
  }
  if (status >= 300 && status < 400) return errc::redirect;
  return status >= 500 ? errc::server : errc::http;
}

/// What to say where the server said nothing.
inline std::string_view advice_for(errc code) noexcept {
  switch (code) {
    case errc::auth:
      return "the credentials were refused; check the API key or token";
    case errc::forbidden:
      return "no access to this project with these credentials";
    case errc::not_found:
      return "nothing is there; check the base URL and its path prefix";
    case errc::bad_request:
      return "the server refused a parameter";
    case errc::rate_limited:
      return "too many requests; wait, then go on";
    case errc::server:
      return "the server failed";
    case errc::redirect:
      return "redirects are not followed, credentials never travel; use the final address";
    default:
      return "the server answered with a status that is not a page";
  }
}

}  // namespace simruns
