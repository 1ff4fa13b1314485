#pragma once

#include "simruns/error.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace simruns {

/// A moment in the life of a request. Holds no credential.
struct request_event {
  enum class kind {
    started,     ///< An attempt is about to be sent.
    answered,    ///< A whole answer came, whatever its status.
    will_retry,  ///< The attempt failed; another one follows after `pause`.
    gave_up,     ///< The operation failed: see `failure`.
  };

  kind what = kind::started;
  std::string method = "GET";
  std::string target;                   ///< Path and query.
  int attempt = 0;                      ///< Counted from 1; of `gave_up` 0 if none was begun.
  int status = 0;                       ///< The HTTP status; 0 if no answer came.
  std::size_t bytes = 0;                ///< Of the answer's body.
  std::string trace_id;                 ///< `traceId` of the server's error body.
  request_failure failure;              ///< Of `will_retry` and `gave_up`: why.
  std::chrono::milliseconds elapsed{};  ///< Of the attempt; of `gave_up` the operation's.
  /// Not in the `elapsed` of an attempt. Of `started`: for the request budget; of `answered` and
  /// `will_retry`: for a connection.
  std::chrono::milliseconds waited{};
  std::chrono::milliseconds pause{};  ///< Of `will_retry`.

  request_event() = default;
};

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
