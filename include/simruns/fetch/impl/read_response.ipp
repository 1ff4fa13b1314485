#pragma once

#include "simruns/config.hpp"
#include "simruns/fetch/error_body.hpp"
#include "simruns/fetch/failure_of.hpp"
#include "simruns/fetch/read_response.hpp"
#include "simruns/fetch/retry_policy.hpp"
#include "simruns/page/parse_page.hpp"
#include "simruns/text/byte_order_mark.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::detail {

inline constexpr std::size_t most_shown = 200;  ///< Bytes of a text of the server's.

/// Notes all that an error body says but its message.
SIMRUNS_INLINE void note_details(request_failure& out, error_body const& said,
                                 redaction const& redact) {
  out.server_code = redact.shown(said.code, most_shown);
  out.field = redact.shown(said.field, most_shown);
  out.trace_id = redact.shown(said.trace_id, most_shown);
}

SIMRUNS_INLINE request_failure failure_of_status(http_response const& response,
                                                 redaction const& redact) {
  auto const said = parse_error_body(response.body);
  request_failure out;
  auto const code = errc_of_status(response.status);
  out.code = code;
  out.status = response.status;
  out.message =
      said.message.empty() ? std::string(advice_for(code)) : redact.shown(said.message, most_shown);
  if (code == errc::redirect) {
    out.message = std::string(advice_for(code)) + ": " +
                  redact.shown(response.header("Location"), most_shown);
  }
  if (code == errc::server && looks_like_html(response.body)) {
    out.message = "the server failed, and sent a web page in place of a reason";
  }
  note_details(out, said, redact);
  out.retry_after = retry_after(response).value_or(std::chrono::seconds(0));
  return out;
}

/// What a server says that answers with a status of success, and an error in place of a page. Empty
/// where it says nothing: the body is a part of a page, or a page that was refused.
SIMRUNS_INLINE error_body words_in_place_of_a_page(parse_error const& wrong) {
  static constexpr std::size_t most_read = 64 * 1024;
  auto text = without_byte_order_mark(wrong.body);
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  bool const no_data = wrong.path == "/data" || wrong.path == "/id";
  bool const other_json = wrong.whole_json && (no_data || !text.starts_with('{'));
  bool const plain = !text.starts_with('{') && !text.starts_with('[') && !text.starts_with('<');
  bool const readable = text.size() <= most_read && text.find('\0') == text.npos;
  if (!readable || !(other_json || plain)) return {};
  return parse_error_body(text);
}

SIMRUNS_INLINE request_failure failure_of_page(parse_error const& wrong, bool length_known,
                                               redaction const& redact) {
  request_failure out;
  out.code = wrong.code;
  out.status = 200;
  bool const html = looks_like_html(wrong.body);
  bool const cut = !html && !length_known && !wrong.whole_json;
  if (cut && out.code == errc::decode) out.code = errc::truncated;
  out.message = html ? "the response is a web page, not the API's; is the base URL right?"
                     : redact(wrong.message);
  auto const said = words_in_place_of_a_page(wrong);
  if (said.message.empty()) return out;
  out.message =
      "the response is no page; the server says: " + redact.shown(said.message, most_shown);
  note_details(out, said, redact);
  return out;
}

/// What a 404 of an endpoint may mean that some servers have not got.
SIMRUNS_INLINE std::string no_such(resource what) {
  auto const noun = what == resource::scenarios ? "project"
                    : is_single(what)           ? noun_of(what)
                                                : "scenario";
  return "; no such " + std::string(noun) +
         ", or a server without this endpoint: are the references right?";
}

SIMRUNS_INLINE result<page> read_response(http_response response, client_config const& config,
                                          redaction const& redact, list_query const& query) {
  if (response.status != 200) {
    auto failure = failure_of_status(response, redact);
    bool const gone = failure.code == errc::not_found && query.of() != resource::runs;
    if (gone) failure.message += no_such(query.of());
    return failure;
  }
  parse_limits limits;
  limits.max_depth = config.max_json_depth;
  limits.strict = query.strict();
  limits.skip_bad_runs = query.skip_bad_runs();
  bool const length_known = response.length_known;
  auto parsed = parse_response(query.of(), std::move(response.body), limits, redact.shared());
  if (parsed) return *parsed;
  return failure_of_page(parsed.error(), length_known, redact);
}

SIMRUNS_INLINE void explain_refused_start(request_failure& failure, list_query const& query,
                                          page_start const& start) {
  bool const began_here = query.start() && query.start()->page == start;
  if (failure.code != errc::bad_request || !began_here) return;
  if (start.by == page_start::kind::next) {
    failure.message += "; start_at takes a position or a `next` cursor of the same query";
  }
}

}  // namespace simruns::detail
