#pragma once

#include "simruns/config.hpp"
#include "simruns/json/write.hpp"
#include "simruns/simulator/answer/detail/edit_page.hpp"
#include "simruns/simulator/answer/detail/make_response.hpp"
#include "simruns/simulator/answer/response.hpp"
#include "simruns/simulator/faults/fault.hpp"
#include "simruns/simulator/store/detail/paging.hpp"
#include "simruns/simulator/store/detail/store.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace simruns::simulator::detail {

SIMRUNS_INLINE std::string_view error_code_of(unsigned status) {
  switch (status) {
    case 400:
      return "VALIDATION_ERROR";
    case 401:
      return "UNAUTHORIZED";
    case 403:
      return "FORBIDDEN";
    case 404:
      return "NOT_FOUND";
    case 405:
      return "METHOD_NOT_ALLOWED";
    case 413:
      return "BODY_TOO_LARGE";
    case 429:
      return "RATE_LIMITED";
    case 431:
      return "HEADER_TOO_LARGE";
    case 503:
      return "UNAVAILABLE";
    default:
      return status < 500 ? "REQUEST_REFUSED" : "INTERNAL_ERROR";
  }
}

SIMRUNS_INLINE response error_response(unsigned status, std::string_view message,
                                       std::string_view trace_id, std::string_view field) {
  response made;
  made.status = status;
  made.headers.emplace_back("Content-Type", "application/json");
  made.body = "{\"error\":";
  simruns::detail::append_json_string(made.body, message);
  if (!field.empty()) simruns::detail::append_json_string(made.body += ",\"field\":", field);
  simruns::detail::append_json_string(made.body += ",\"code\":", error_code_of(status));
  simruns::detail::append_json_string(made.body += ",\"traceId\":", trace_id);
  made.body += '}';
  return made;
}

inline void append_cursor(std::string& out, std::optional<std::string> const& cursor) {
  if (cursor) {
    simruns::detail::append_json_string(out, *cursor);
  } else {
    out += "null";
  }
}

inline std::string pagination_text(list_pagination const& page) {
  std::string out = "{\"limit\":" + std::to_string(page.limit);
  out += ",\"skip\":" + std::to_string(page.skip);
  out += ",\"total\":" + std::to_string(page.total);
  out.append(",\"hasNext\":").append(page.has_next ? "true" : "false");
  out.append(",\"hasPrevious\":").append(page.has_previous ? "true" : "false");
  append_cursor(out += ",\"next\":", page.next);
  append_cursor(out += ",\"previous\":", page.previous);
  return out += '}';
}

inline void append_item(std::string& out, std::string_view item, page_edit const& edit,
                        std::size_t index) {
  if (edit.mutations.empty()) {
    out += item;
  } else {
    out += edited_item(std::string{item}, edit, index);
  }
}

SIMRUNS_INLINE response page_response(text_page const& page, page_edit const& edit) {
  auto const pagination = pagination_text(page);
  std::size_t size = pagination.size() + 32;
  for (auto const item : page.items) size += item.size() + 1;
  response made;
  made.headers.emplace_back("Content-Type", "application/json");
  made.body.reserve(size);
  made.body = "{\"data\":[";
  for (std::size_t i = 0; i < page.items.size(); ++i) {
    if (i != 0) made.body += ',';
    append_item(made.body, page.items[i], edit, i);
  }
  made.body.append("],\"pagination\":").append(pagination).append("}");
  return made;
}

SIMRUNS_INLINE response item_response(std::string_view item, page_edit const& edit) {
  response made;
  made.headers.emplace_back("Content-Type", "application/json");
  append_item(made.body, item, edit, 0);
  return made;
}

}  // namespace simruns::simulator::detail
