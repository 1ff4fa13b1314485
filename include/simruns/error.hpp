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

namespace simruns {

using boost::system::error_code;

/// Why an operation failed. Zero is never an error.
///
/// A code is compared with a `condition` as well: `error.code() == condition::retryable`. Beside
/// `condition::cancelled` the code of a cancelled operation is equal to the condition
/// `std::errc::operation_canceled`.
enum class errc {
  connect = 1,       ///< There is no connection: check the host, the port, the network. Retryable.
  timeout,           ///< A deadline passed: raise it, or ask for smaller pages. Retryable.
  tls,               ///< The server could not be trusted: see the message, set `ca_file`.
  transport,         ///< The connection broke. Retryable.
  truncated,         ///< The response ended early. Retryable.
  protocol,          ///< The response is not the HTTP that was asked for.
  too_large,         ///< A limit of `client_config` was passed: raise it if the server is trusted.
  decode,            ///< The body is not a page of runs, or its gzip is corrupt.
  auth,              ///< 401: the credentials are missing or wrong.
  forbidden,         ///< 403: the credentials do not reach this project.
  bad_request,       ///< 400: a parameter was refused; `field` names it.
  not_found,         ///< 404: check the base URL and its path prefix.
  rate_limited,      ///< 429: there were too many requests; wait. Retryable.
  server,            ///< 5xx: the server failed; quote `trace_id` to its operators. Retryable.
  http,              ///< The server sent a status that the contract does not name.
  redirect,          ///< The server redirects, which is never followed: use the final address.
  pagination,        ///< The server's cursors lead nowhere or in a circle.
  incomplete,        ///< The walk ended with fewer runs than the server counted.
  invalid_argument,  ///< The caller made a mistake; nothing was sent.
  cancelled,         ///< The operation was cancelled; its state is as before it.
};

/// Groups of errors that a program branches on: `if (error.code() == condition::retryable)`.
enum class condition {
  retryable = 1,  ///< The same request may succeed if it is sent again.
  auth,           ///< The code is `errc::auth` or `errc::forbidden`.
  timeout,        ///< The code is `errc::timeout`.
  /// The code is `errc::cancelled`, or one that is equal to `std::errc::operation_canceled`, such
  /// as `boost::asio::error::operation_aborted`. A code that may come from here or from Asio is
  /// best compared with this: two codes of different categories are never equal.
  cancelled,
  malformed,   ///< The server's response is at fault: protocol, truncated, too_large, decode.
  incomplete,  ///< The code is `errc::pagination` or `errc::incomplete`.
};

/// Returns the word of the code, the same in C++, Python and on the command line: "rate_limited".
std::string_view to_string(errc code) noexcept;

boost::system::error_category const& simruns_category() noexcept;
boost::system::error_category const& condition_category() noexcept;

inline error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), simruns_category()};
}

inline boost::system::error_condition make_error_condition(condition c) noexcept {
  return {static_cast<int>(c), condition_category()};
}

/// What is known of a failed operation. It holds no credential.
struct request_failure {
  error_code code;          ///< One of `errc`.
  error_code cause;         ///< The code of Asio, Beast or OpenSSL. Zero: there is none.
  std::string message;      ///< A text for people: what failed, where, and what to do.
  int status = 0;           ///< The HTTP status. Zero: no response came.
  std::string server_code;  ///< `code` of the server's error body. Empty: it has none.
  std::string field;        ///< `field` of the server's error body, the parameter that it refused.
  std::string trace_id;     ///< `traceId` of the server's error body. Empty: it has none.
  int attempts = 0;         ///< Requests that were sent.
  std::chrono::milliseconds elapsed{};  ///< The time since the operation began.

  /// The part of `elapsed` that was spent waiting for a connection or for the request budget.
  std::chrono::milliseconds waited{};

  /// The pause that the server asks for. Zero: it asks for none.
  std::chrono::seconds retry_after{};

  /// The text for `run_query::start_at` that goes on behind the last run. Empty: there is none. It
  /// holds the server's cursor as it came, in which a hostile server may put anything, the
  /// credentials too: no message has it, and a program should not log it.
  std::string position;
};

/// Writes a failure as one line: `HTTP 503 after 4 attempts in 1.7 s: overloaded (traceId 7f3a)`.
std::string to_string(request_failure const& failure);

/// What the throwing doors throw.
class request_error : public boost::system::system_error {
 public:
  explicit request_error(request_failure failure);

  /// Makes the error of a mistake of the caller, which was found before anything was sent.
  request_error(errc code, std::string message);

  request_failure const& failure() const noexcept { return failure_; }

  /// Writes the failure as one line. Unlike `what()`, the line does not end with the code.
  std::string describe() const { return to_string(failure_); }

 private:
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
