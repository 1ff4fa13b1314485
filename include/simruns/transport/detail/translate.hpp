#pragma once

#include "simruns/error.hpp"
#include "simruns/text/excerpt.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace simruns {

/// The word of ours for a code of Asio, Beast or OpenSSL; `otherwise` where none is more exact.
inline errc translate(error_code const& code, errc otherwise) {
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

/// Throws `failed` again; of a timeout, says which option's time passed, and before what.
[[noreturn]] inline void rethrow_deadline(request_error const& failed, std::string_view option,
                                          std::chrono::milliseconds limit, std::string_view what) {
  if (failed.code() != errc::timeout) throw request_error(failed);
  auto failure = failed.failure();
  failure.message = std::string(option) + " of " + detail::seconds_text(limit) + " passed before " +
                    std::string(what);
  throw request_error(std::move(failure));
}

[[noreturn]] inline void throw_translated(error_code const& code, errc otherwise,
                                          std::string message) {
  request_failure failure;
  failure.code = make_error_code(translate(code, otherwise));
  failure.cause = code;
  failure.message = std::move(message);
  throw request_error(std::move(failure));
}

}  // namespace simruns
