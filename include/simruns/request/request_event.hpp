#pragma once

#include "simruns/error.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace simruns {

/// A moment in the life of a request. It holds no credential.
struct request_event {
  enum class kind {
    started,     ///< An attempt is about to be sent.
    answered,    ///< A whole response came, whatever its status.
    will_retry,  ///< The attempt failed, and another one follows after `pause`.
    gave_up,     ///< The operation failed, as `failure` says.
  };

  kind what = kind::started;   ///< What happened.
  std::string method = "GET";  ///< The method of the request. Default "GET".
  std::string target;          ///< Path and query of the request.
  int attempt = 0;             ///< The number of the attempt, from 1. Zero: none was begun.
  int status = 0;              ///< The HTTP status. Zero: no response came.
  std::size_t bytes = 0;       ///< Bytes of the response's body.
  std::string trace_id;        ///< `traceId` of the server's error body. Empty: it has none.
  request_failure failure;     ///< Why the attempt or the operation failed, if `what` says so.

  /// The time that the attempt took, or, of `gave_up`, the whole operation.
  std::chrono::milliseconds elapsed{};

  /// The time of waiting, which is not part of an attempt's `elapsed`: of `started` for the request
  /// budget, of `answered` and `will_retry` for a connection.
  std::chrono::milliseconds waited{};

  /// The time until the next attempt, of `will_retry`. Zero: it follows at once.
  std::chrono::milliseconds pause{};

  request_event() = default;
};

/// Returns the word of the enumerator: "will_retry".
constexpr std::string_view to_string(request_event::kind what) noexcept {
  switch (what) {
    case request_event::kind::started:
      return "started";
    case request_event::kind::answered:
      return "answered";
    case request_event::kind::will_retry:
      return "will_retry";
    case request_event::kind::gave_up:
      return "gave_up";
  }
  return "started";
}

}  // namespace simruns
