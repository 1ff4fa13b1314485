#pragma once

#include "simruns/config.hpp"

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace simruns {

using boost::system::error_code;

/// Why an operation failed. Zero is never an error.
enum class errc {
  connect = 1,       ///< No connection: check the host, the port, the network. Retryable.
  timeout,           ///< A deadline passed. Raise it, or ask for smaller pages. Retryable.
  tls,               ///< The server could not be trusted: see the message, set `ca_file`.
  transport,         ///< The connection broke. Retryable.
  truncated,         ///< The answer ended early. Retryable.
  protocol,          ///< The answer is not the HTTP that was asked for.
  too_large,         ///< A limit of `client_config` was passed: raise it if the server is trusted.
  decode,            ///< The body is not a page of runs.
  auth,              ///< 401: the credentials are missing or wrong.
  forbidden,         ///< 403: the credentials do not reach this project.
  bad_request,       ///< 400: a parameter was refused; `field` names it.
  not_found,         ///< 404: check the base URL and its path prefix.
  rate_limited,      ///< 429: too many requests; wait. Retryable.
  server,            ///< 5xx: the server failed; quote `trace_id` to its operators. Retryable.
  http,              ///< A status that the contract does not name.
  redirect,          ///< A redirect, never followed: use the final address as the base URL.
  pagination,        ///< The server's cursors lead nowhere or in a circle.
  incomplete,        ///< The walk ended with fewer runs than the server counted.
  invalid_argument,  ///< The caller's mistake; nothing was sent.
  cancelled,         ///< The operation was cancelled; its state is as before it.
};

/// Groups of errors that a program branches on: `if (error.code() == condition::retryable)`.
enum class condition {
  retryable = 1,  ///< May succeed if asked again, unchanged.
  auth,           ///< `errc::auth` or `errc::forbidden`.
  timeout,        ///< `errc::timeout`.
  cancelled,      ///< `errc::cancelled`.
  malformed,      ///< The server's answer is at fault: protocol, truncated, too_large, decode.
  incomplete,     ///< `errc::pagination` or `errc::incomplete`.
};

/// The word of the code, the same in C++, Python and on the command line: "rate_limited".
std::string_view to_string(errc code) noexcept;

boost::system::error_category const& simruns_category() noexcept;
boost::system::error_category const& condition_category() noexcept;

inline error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), simruns_category()};
}

inline boost::system::error_condition make_error_condition(condition c) noexcept {
  return {static_cast<int>(c), condition_category()};
}

/// What is known of a failed operation. Holds no credential.
struct request_failure {
  error_code code;                      ///< One of `errc`.
  error_code cause;                     ///< What Asio, Beast or OpenSSL said; zero if nobody did.
  std::string message;                  ///< For people: what, where, what to do.
  int status = 0;                       ///< The HTTP status; 0 if no answer came.
  std::string server_code;              ///< `code` of the server's error body.
  std::string field;                    ///< `field` of the server's error body: what it refused.
  std::string trace_id;                 ///< `traceId` of the server's error body.
  int attempts = 0;                     ///< Requests that were sent.
  std::chrono::milliseconds elapsed{};  ///< From the start of the operation.
  std::chrono::milliseconds waited{};   ///< Of that, for a connection or the request budget.
  std::chrono::seconds retry_after{};   ///< What the server asks to wait; 0 if it does not say.
  std::string position;                 ///< Where to go on, for `run_query::start_at`; or empty.
};

/// One line for people: `HTTP 503 after 4 attempts in 1.7 s: overloaded (traceId 7f3a)`.
std::string to_string(request_failure const& failure);

/// What the throwing doors throw.
class request_error : public boost::system::system_error {
 public:
  explicit request_error(request_failure failure)
      : boost::system::system_error(failure.code, to_string(failure)),
        failure_(std::move(failure)) {}

  /// A mistake of the caller, found before anything was sent.
  request_error(errc code, std::string message)
      : request_error(make_failure(code, std::move(message))) {}

  request_failure const& failure() const noexcept { return failure_; }

  /// The failure's own line, without the name of the code behind it.
  std::string describe() const { return to_string(failure_); }

 private:
  static request_failure make_failure(errc code, std::string message) {
    request_failure failure;
    failure.code = make_error_code(code);
    failure.message = std::move(message);
    return failure;
  }

  request_failure failure_;
};

/// A value or the failure that stood in its way: what the non-throwing doors return.
template <class T>
using result = boost::system::result<T, request_failure>;

/// Lets `result<T>::value()` throw a `request_error`.
[[noreturn]] inline void throw_exception_from_error(request_failure const& failure,
                                                    boost::source_location const&) {
  throw request_error(failure);
}

}  // namespace simruns

namespace boost::system {
template <>
struct is_error_code_enum<simruns::errc> : std::true_type {};
template <>
struct is_error_condition_enum<simruns::condition> : std::true_type {};
}  // namespace boost::system

#ifndef SIMRUNS_SEPARATE_COMPILATION
#include "simruns/impl/error.ipp"
#endif
