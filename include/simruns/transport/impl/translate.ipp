#pragma once

#include "simruns/config.hpp"
#include "simruns/text/excerpt.hpp"
#include "simruns/transport/detail/translate.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>

#include <utility>

namespace simruns::detail {

SIMRUNS_INLINE errc translate(error_code const& code, errc otherwise) {
  namespace http = boost::beast::http;
  if (code.category() == simruns_category()) return static_cast<errc>(code.value());
  if (code == boost::asio::error::operation_aborted) return errc::cancelled;
  if (code == boost::beast::error::timeout) return errc::timeout;
  if (code == http::error::header_limit || code == http::error::body_limit ||
      code == http::error::buffer_overflow) {
    return errc::too_large;
  }
  if (code == http::error::partial_message || code == boost::asio::ssl::error::stream_truncated) {
    return errc::truncated;
  }
  if (code.category() == http::make_error_code(http::error::bad_version).category()) {
    return errc::protocol;
  }
  return otherwise;
}

[[noreturn]] SIMRUNS_INLINE void rethrow_deadline(request_error const& failed,
                                                  std::string_view option,
                                                  std::chrono::milliseconds limit,
                                                  std::string_view what) {
  if (failed.code() != errc::timeout) throw request_error(failed);
  auto failure = failed.failure();
  failure.message =
      std::string(option) + " of " + seconds_text(limit) + " passed before " + std::string(what);
  throw request_error(std::move(failure));
}

[[noreturn]] SIMRUNS_INLINE void throw_translated(error_code const& code, errc otherwise,
                                                  std::string message) {
  request_failure failure;
  failure.code = make_error_code(translate(code, otherwise));
  failure.cause = code;
  failure.message = std::move(message);
  throw request_error(std::move(failure));
}

}  // namespace simruns::detail
