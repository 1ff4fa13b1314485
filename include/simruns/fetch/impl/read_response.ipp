#pragma once

#include "simruns/config.hpp"
#include "simruns/fetch/error_body.hpp"
#include "simruns/fetch/failure_of.hpp"
#include "simruns/fetch/read_response.hpp"
#include "simruns/fetch/retry_policy.hpp"
#include "simruns/page/parse_page.hpp"
#include "simruns/text/excerpt.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace simruns::detail {

inline constexpr std::size_t most_shown = 200;  ///< Bytes of a text of the server's.

SIMRUNS_INLINE request_failure failure_of_status(http_response const& response,
                                                 credentials const& credentials) {
  auto const shown = [&](std::string_view text) {
    return excerpt(credentials.redact(text), most_shown);
  };
  auto const said = parse_error_body(response.body);
  request_failure out;
  auto const code = errc_of_status(response.status);
  out.code = code;
  out.status = response.status;
  out.message = said.message.empty() ? std::string(advice_for(code)) : shown(said.message);
  if (code == errc::redirect) {
    out.message = std::string(advice_for(code)) + ": " + shown(response.header("Location"));
  }
  if (code == errc::server && looks_like_html(response.body)) {
    out.message = "the server failed, and sent a web page in place of a reason";
  }
  out.server_code = shown(said.code);
  out.field = shown(said.field);
  out.trace_id = shown(said.trace_id);
  out.retry_after = retry_after(response).value_or(std::chrono::seconds(0));
  return out;
}

SIMRUNS_INLINE result<page> read_response(http_response response, client_config const& config,
                                          credentials const& credentials, run_query const& query) {
  if (response.status != 200) return failure_of_status(response, credentials);
  parse_limits limits;
  limits.max_depth = config.max_json_depth;
  limits.strict = query.strict();
  limits.skip_bad_runs = query.skip_bad_runs();
  bool const html = looks_like_html(response.body);
  bool const length_known = response.length_known;
  auto parsed = parse_page(std::move(response.body), limits);
  if (parsed) return *parsed;
  request_failure out;
  out.code = parsed.error().code;
  out.status = response.status;
  bool const cut = !html && !length_known && !parsed.error().whole_json;
  if (cut && out.code == errc::decode) out.code = errc::truncated;
  out.message = html ? "the response is a web page, not the API's; is the base URL right?"
                     : credentials.redact(parsed.error().message);
  return out;
}

SIMRUNS_INLINE void explain_refused_start(request_failure& failure, run_query const& query,
                                          page_start const& start) {
  bool const began_here = query.start() && query.start()->page == start;
  if (failure.code != errc::bad_request || !began_here) return;
  if (start.by == page_start::kind::next) {
    failure.message += "; start_at takes a position or a `next` cursor of the same query";
  }
}

}  // namespace simruns::detail
