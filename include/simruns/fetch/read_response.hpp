#pragma once

#include "simruns/error.hpp"
#include "simruns/fetch/error_body.hpp"
#include "simruns/fetch/retry_policy.hpp"
#include "simruns/page/page.hpp"
#include "simruns/page/parse_page.hpp"
#include "simruns/query/run_query.hpp"
#include "simruns/request/client_config.hpp"
#include "simruns/request/credentials.hpp"
#include "simruns/request/http_message.hpp"

#include <boost/asio/error.hpp>

#include <chrono>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>

/// What an attempt came to.
namespace simruns::detail {

inline request_failure failure_of_status(http_response const& response, credentials const& who) {
  auto const said =
      read_problem(response.body, [&who](std::string_view text) { return who.redact(text); });
  request_failure out;
  auto const code = errc_of_status(response.status);
  out.code = code;
  out.status = response.status;
  out.message = said.message.empty() ? std::string(advice_for(code)) : said.message;
  if (code == errc::redirect) {
    auto const location = response.header("Location");
    out.message = std::string(advice_for(code)) + ": " + safe_excerpt(who.redact(location));
  }
  if (code == errc::server && looks_like_html(response.body)) {
    out.message = "the server failed, and sent a web page in place of a reason";
  }
  out.server_code = said.code;
  out.field = said.field;
  out.trace_id = said.trace_id;
  out.retry_after = retry_after(response).value_or(std::chrono::seconds(0));
  return out;
}

/// A refused cursor may be a `previous` one, which looks no different from a `next` one.
inline void explain_refused_start(request_failure& failure, run_query const& query,
                                  page_start const& start) {
  bool const began_here = query.start() && query.start()->page == start;
  if (failure.code != errc::bad_request || !began_here) return;
  if (start.by == page_start::kind::next) {
    failure.message += "; start_at takes a position or a `next` cursor of the same query";
  }
}

/// What an answer means: a page, or why it is none.
inline result<page> read_response(http_response response, client_config const& config,
                                  credentials const& who, run_query const& query) {
  if (response.status != 200) return failure_of_status(response, who);
  parse_limits limits;
  limits.max_depth = config.max_json_depth;
  limits.strict = query.strict();
  bool const html = looks_like_html(response.body);
  bool const length_known = response.length_known;
  auto parsed = parse_page(std::move(response.body), limits);
  if (parsed) return *parsed;
  request_failure out;
  out.code = parsed.error().code;
  out.status = response.status;
  bool const cut = !html && !length_known && !parsed.error().whole_json;
  if (cut && out.code == errc::decode) out.code = errc::truncated;
  out.message = html ? "the answer is a web page, not the API's; is the base URL right?"
                     : who.redact(parsed.error().message);
  return out;
}

/// Whatever an attempt threw, as a failure.
inline request_failure failure_of(std::exception_ptr thrown) {
  request_failure out;
  try {
    std::rethrow_exception(thrown);
  } catch (request_error const& error) {
    out = error.failure();
  } catch (boost::system::system_error const& error) {
    bool const aborted = error.code() == boost::asio::error::operation_aborted;
    out.code = aborted ? errc::cancelled : errc::transport;
    out.cause = error.code();
  } catch (std::bad_alloc const&) {
    out.code = errc::too_large;
    out.message = "out of memory; ask for smaller pages";
  } catch (std::exception const& error) {
    out.code = errc::transport;
    out.message = error.what();
  } catch (...) {
    out.code = errc::transport;
    out.message = "the transport threw what is no exception of the standard library";
  }
  if (out.code == errc::cancelled) out.message = "the operation was cancelled";
  return out;
}

}  // namespace simruns::detail
