#pragma once

#include "simruns/error.hpp"
#include "simruns/fwd.hpp"
#include "simruns/request/http_message.hpp"

#include <boost/asio/awaitable.hpp>

namespace simruns {

/// The attempt was cancelled while it waited for a connection: nothing was sent, no connection was
/// tried. It counts as no attempt, and costs nothing of the request budget.
class not_begun_error final : public request_error {
 public:
  using request_error::request_error;
};

/// How a request reaches a server. `http_transport` uses sockets, `testing::scripted_transport` a
/// script; write another for a recorder or a cache.
class transport {
 public:
  transport() = default;
  transport(transport const&) = delete;
  transport& operator=(transport const&) = delete;
  virtual ~transport() = default;

  /// One attempt: sends the request, reads the whole response, whatever its status.
  /// Completes: when the response is whole.   Throws: request_error, its code one of `errc`;
  ///            not_begun_error, where that is so.
  /// Cancels:   terminal; what is under way is dropped.
  /// Lifetime:  copies its arguments; the transport must outlive the operation.
  /// Threads:   the strand of its client, where several exchanges may be under way. What combines
  ///            them, `parallel_group` or `||`, belongs on that strand, too: Asio's own rule.
  virtual boost::asio::awaitable<http_response> exchange(http_request request,
                                                         attempt_limits limits) = 0;
};

}  // namespace simruns
